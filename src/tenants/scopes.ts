import { InvalidInputError } from '../lib/errors.ts'

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
  'app:manage': 'set the RingCentral app through which its people connect',
  'settings:write':
    'switch features of its own tenant on and off, and set its quiet hours and answer to HELP',
  'tokens:create': 'make client tokens for browsers, and revoke them',
  'keys:manage':
    'list, make and rotate keys of its own tenant, none of which may do more than itself, and revoke any of them',
  'audit:read': 'read what was done with keys, grants and settings of its own tenant',
} as const

export type Scope = keyof typeof scopes

export const allScopes = Object.keys(scopes) as Scope[]

export function isScope(value: string): value is Scope {
  return Object.hasOwn(scopes, value)
}

/** Of all that there are, each may well be named more than once. */
const mostNamed = 100

/** @throws InvalidInputError for more scopes than anybody names in earnest */
export function requireFewScopes({ length }: readonly string[]): void {
  if (length <= mostNamed) return
  throw new InvalidInputError('scopes', `At most ${mostNamed} scopes can be named; got ${length}.`)
}

/** What was given, as an error says it: not all of it, since that may be megabytes. */
export function quoteScopes(given: readonly string[]): string {
  const first = given.slice(0, 3).map((scope) => JSON.stringify(scope.slice(0, 40)))
  const more = given.length - first.length
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Each scope once. @throws InvalidInputError for none, for one that there is not, and for far too many */
export function parseScopes(given: readonly string[]): string[] {
  requireFewScopes(given)
  const unknown = given.filter((scope) => !isScope(scope))
  if (given.length === 0 || unknown.length > 0) {
    const problem =
      given.length === 0
        ? 'A key without scopes can do nothing'
        : `Unknown: ${quoteScopes(unknown)}`
    throw new InvalidInputError('scopes', `${problem}. Choose from: ${allScopes.join(', ')}.`)
  }
  return [...new Set(given)]
}
