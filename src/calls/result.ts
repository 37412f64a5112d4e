import type { CallResult } from '../db/generated/client/client.ts'
import type { HeardParty } from './facts.ts'
import { isOver } from './heard.ts'

/** RingCentral's words, of an open list, for how a line of the log ended. */
const words = new Map<string, CallResult>([
  ['accepted', 'ANSWERED'],
  ['call connected', 'ANSWERED'],
  ['connected', 'ANSWERED'],
  ['answered elsewhere', 'ANSWERED'],
  ['missed', 'MISSED'],
  ['voicemail', 'VOICEMAIL'],
  ['no answer', 'NO_ANSWER'],
  ['busy', 'BUSY'],
  ['line busy', 'BUSY'],
  ['rejected', 'REJECTED'],
  ['declined', 'REJECTED'],
  ['hang up', 'CANCELED'],
  ['abandoned', 'CANCELED'],
  ['cancelled', 'CANCELED'],
  ['stopped', 'CANCELED'],
  ['blocked', 'BLOCKED'],
  ['destination blocked', 'BLOCKED'],
  ['call failed', 'FAILED'],
  ['call failure', 'FAILED'],
  ['wrong number', 'FAILED'],
  ['internal error', 'FAILED'],
])

export function resultOfWord(word: string | null): CallResult | null {
  return word === null ? null : (words.get(word.toLowerCase()) ?? 'OTHER')
}

/** The reasons in notifications, of parties that nobody talked to. */
const reasons = new Map<string, CallResult>([
  ['rejected', 'REJECTED'],
  ['declined', 'REJECTED'],
  ['voicemail', 'VOICEMAIL'],
  ['blocked', 'BLOCKED'],
])
const outboundReasons = new Map<string, CallResult>([
  ['targetbusy', 'BUSY'],
  ['noanswer', 'NO_ANSWER'],
  ['cancelled', 'CANCELED'],
])

/** How it ended for a party of whom notifications told; null while it goes on, or nobody said. */
export function resultOfHeard(heard: HeardParty): CallResult | null {
  if (heard.voicemailAt) return 'VOICEMAIL'
  if (!isOver(heard.code)) return null
  if (heard.answeredAt) return 'ANSWERED'
  const reason = heard.reason?.toLowerCase() ?? ''
  const said = reasons.get(reason)
  if (said) return said
  if (heard.direction === 'Outbound') return outboundReasons.get(reason) ?? null
  return heard.missed || outboundReasons.has(reason) ? 'MISSED' : null
}
