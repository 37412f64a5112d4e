import type { EventKind } from './filter.ts'

const direction = /^(Inbound|Outbound)$/
const flag = /^(true|false)$/
const seconds = /^\d{1,9}$/
const anything = /^/

const telephony = {
  direction,
  missedCall: flag,
  phoneNumber: /^[\s+]?\d+$/,
  statusCode: /^\w+$/,
  withRecordings: flag,
  sipData: flag,
}
const presence = { detailedTelephonyState: flag, sipData: flag }

/** What may follow the question mark of a filter, and with which values. */
const known: Partial<Record<EventKind, Record<string, RegExp>>> = {
  'instant-message': { type: /^SMS$/ },
  mailbox: { type: /^(SMS|Fax|VoiceMail|Pager)$/, direction },
  telephony,
  'account-telephony': telephony,
  presence,
  'account-presence': presence,
  reminder: { threshold: seconds, interval: seconds },
  'a2p-messages': { direction, batchId: anything, from: anything, to: anything },
  'a2p-batches': { from: anything },
  'a2p-opt-outs': { from: anything, to: anything },
}

export function isQueryKnown(kind: EventKind, query: URLSearchParams): boolean {
  return [...query].every(([name, value]) => known[kind]?.[name]?.test(value) ?? false)
}
