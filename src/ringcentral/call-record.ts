/** One line of the call log. */
import { z } from 'zod'
import { id, maybe, party, time } from './values.ts'

export const callRecord = z
  .object({
    id,
    sessionId: maybe(id),
    telephonySessionId: maybe(z.string()),
    startTime: time,
    duration: maybe(z.number()),
    type: maybe(z.string()),
    direction: z.string(),
    action: maybe(z.string()),
    result: maybe(z.string()),
    reason: maybe(z.string()),
    reasonDescription: maybe(z.string()),
    from: maybe(party),
    to: maybe(party),
    extension: maybe(z.object({ id })),
    recording: maybe(z.object({ id, type: maybe(z.string()), contentUri: maybe(z.string()) })),
  })
  .transform((record) => ({
    id: record.id,
    /** The same for the two records of one RingOut call, as is `telephonySessionId`. */
    sessionId: record.sessionId,
    telephonySessionId: record.telephonySessionId,
    startTime: record.startTime,
    durationSeconds: record.duration ?? 0,
    /** `Voice` or `Fax`. */
    type: record.type,
    /** `Inbound` or `Outbound`. */
    direction: record.direction,
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
    recording: record.recording,
  }))

export type CallRecord = z.output<typeof callRecord>
