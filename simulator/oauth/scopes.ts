/** What the simulated app's registration grants unless an option narrows it. */
export const grantableScopes = [
  'ReadAccounts',
  'SMS',
  'EditMessages',
  'ReadMessages',
  'SubscriptionWebhook',
  'ReadCallLog',
  'RingOut',
  'ReadPresence',
  'CallControl',
  'ReadContacts',
  'Contacts',
  'InternalMessages',
  'EditPresence',
  'EditCallLog',
  'A2PSMS',
  'ReadCallRecording',
  'EditExtensions',
  'EditAccounts',
]

// EditMessages is not among what SMS includes: marking a message read needs a scope of its own.
const included: Record<string, string[]> = {
  SMS: ['ReadMessages'],
  InternalMessages: ['ReadMessages'],
  Faxes: ['ReadMessages'],
  EditMessages: ['ReadMessages'],
  Contacts: ['ReadContacts'],
  EditPresence: ['ReadPresence'],
  EditCallLog: ['ReadCallLog'],
  ReadCallRecording: ['ReadCallLog'],
  EditAccounts: ['ReadAccounts', 'EditExtensions'],
  EditExtensions: ['ReadAccounts'],
}

export function grants(scopes: readonly string[], wanted: string): boolean {
  return scopes.some((scope) => scope === wanted || (included[scope]?.includes(wanted) ?? false))
}
