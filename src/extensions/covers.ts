/** Scopes of RingCentral that bring others with them. */
const included: Record<string, readonly string[]> = {
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

/** Whether a grant covers what RingCentral wants a scope for. The user's role may still forbid it. */
export function covers({ scopes }: { scopes: readonly string[] }, wanted: string): boolean {
  return scopesFor(wanted).some((scope) => scopes.includes(scope))
}

/** The scopes of which one is enough. */
export function scopesFor(wanted: string): string[] {
  const others = Object.keys(included).filter((scope) => included[scope]?.includes(wanted))
  return [wanted, ...others]
}
