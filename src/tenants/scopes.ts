/** What an API key may do. Least by default: a key has only the scopes it was made with. */
export const scopes = {
  'messages:read': 'read messages, also live',
  'messages:send': 'send messages',
  'conversations:write': 'mark conversations read, archive and assign them',
  'templates:write': 'make, change and delete message templates',
  'consents:read': 'read who wants texts and who does not, also live',
  'consents:write': 'set who wants texts and who does not',
  'extensions:read': 'read extensions, their numbers and the connection status, also live',
  'extensions:connect': 'make connect and invite links, disconnect',
  'extensions:write': 'change who the user of an extension is at RingCentral',
  'calls:read': 'read call logs and recordings, and calls as they happen',
  'calls:start': 'start calls, and cancel them while they ring',
  'calls:control': 'hang up, hold, mute and transfer calls that go on',
  'people:read': 'read directory, contacts, presence and user mappings',
  'people:write': 'change contacts, presence and user mappings',
  'settings:write':
    'switch features of its own tenant on and off, and set its quiet hours and answer to HELP',
  'tokens:create': 'make client tokens for browsers, and revoke them',
} as const

export type Scope = keyof typeof scopes

export const allScopes = Object.keys(scopes) as Scope[]

export function isScope(value: string): value is Scope {
  return Object.hasOwn(scopes, value)
}
