/** One line of the call log. */
import { z } from 'zod'
import { id, listOf, maybe, party, time } from './values.ts'

const shared = {
  telephonySessionId: maybe(z.string()),
  partyId: maybe(id),
  duration: maybe(z.number()),
  durationMs: maybe(z.number()),
  type: maybe(z.string()),
  action: maybe(z.string()),
  result: maybe(z.string()),
  reason: maybe(z.string()),
  reasonDescription: maybe(z.string()),
  from: maybe(party),
  to: maybe(party),
  extension: maybe(z.object({ id })),
  recording: maybe(z.object({ id, type: maybe(z.string()), contentUri: maybe(z.string()) })),
  message: maybe(z.object({ id, type: maybe(z.string()) })),
}

const leg = z
  .object({
    ...shared,
    startTime: maybe(time),
    direction: maybe(z.string()),
    legType: maybe(z.string()),
    master: maybe(z.boolean()),
  })
  .transform((record) => ({
    ...outOf(record),
    startTime: record.startTime,
    direction: record.direction,
    /** `Accept`, `RingOutClientToCaller`, `TransferCall`, `FindMe`, ... */
    legType: record.legType,
    /** The one leg that stands for the call. */
    master: record.master === true,
  }))

export const callRecord = z
  .object({
    ...shared,
    id,
    sessionId: maybe(id),
    startTime: time,
    direction: z.string(),
    internalType: maybe(z.string()),
    lastModifiedTime: maybe(time),
    delegate: maybe(z.object({ id: maybe(id), name: maybe(z.string()) })),
    deleted: maybe(z.boolean()),
    legs: listOf(leg),
  })
  .transform((record) => ({
    ...outOf(record),
    id: record.id,
    /** The same for the two records of one RingOut call, as is `telephonySessionId`. */
    sessionId: record.sessionId,
    startTime: record.startTime,
    /** `Inbound` or `Outbound`. */
    direction: record.direction,
    /** `Local`, `International`, `RingOut`, ... */
    internalType: record.internalType,
    lastModifiedTime: record.lastModifiedTime,
    /** Who called on somebody else's behalf. */
    delegate: record.delegate,
    /** Gone from RingCentral's log; then nearly all else is missing. */
    deleted: record.deleted === true,
    /** Empty unless the detailed view was asked for. */
    legs: record.legs,
  }))

function outOf(record: z.output<z.ZodObject<typeof shared>>) {
  return {
    telephonySessionId: record.telephonySessionId,
    partyId: record.partyId,
    durationSeconds: record.duration ?? 0,
    durationMs: record.durationMs,
    /** `Voice` or `Fax`. */
    type: record.type,
    /** `Phone Call`, `RingOut Web`, `Transfer`, ... */
    action: record.action,
    /** `Accepted`, `Call connected`, `Missed`, `Voicemail`, ... an open list, with spaces. */
    result: record.result,
    reason: record.reason,
    reasonDescription: record.reasonDescription,
    from: record.from,
    to: record.to,
    /** Whose call it was; the account's log alone tells. */
    extensionId: record.extension?.id,
    /** `type` is `Automatic` or `OnDemand`; the bytes are fetched by `media.content`. */
    recording: record.recording,
    /** The voicemail or fax that the call left, by its id in the message store. */
    message: record.message,
  }
}

export type CallRecord = z.output<typeof callRecord>
export type CallLeg = z.output<typeof leg>
