import { typeidUnboxed } from 'typeid-js'

/** The prefix of each kind of id. An id is a prefix and a time-ordered part: `msg_01k…`. */
export const idPrefixes = {
  Tenant: 'ten',
  ApiKey: 'key',
  AuditEntry: 'aud',
  DataKey: 'dek',
  ClientToken: 'clt',
  RingCentralApp: 'app',
  ConnectToken: 'ctk',
  ConnectAttempt: 'cat',
  Extension: 'ext',
  GrantRelease: 'rel',
  PhoneNumber: 'num',
  Message: 'msg',
  Conversation: 'cnv',
  MessageAttempt: 'att',
  MessageBatch: 'bat',
  Upload: 'upl',
  Media: 'med',
  MessageTemplate: 'tpl',
  Notification: 'ntf',
  Call: 'call',
  CallAttempt: 'cal',
  DirectoryEntry: 'dir',
  UserMapping: 'map',
  Contact: 'con',
  Consent: 'cst',
} as const

export type IdKind = keyof typeof idPrefixes

export function createId(kind: IdKind): string {
  return typeidUnboxed(idPrefixes[kind])
}

const kindOfPrefix = new Map(
  Object.entries(idPrefixes).map(([kind, prefix]) => [prefix as string, kind as IdKind]),
)

/** What an id names, by its prefix; undefined if it is none of ours. */
export function kindOfId(id: string): IdKind | undefined {
  return kindOfPrefix.get(id.slice(0, id.indexOf('_')))
}
