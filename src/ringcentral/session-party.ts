/** One party of a telephony session, as notifications and call control both tell it. */
import { z } from 'zod'
import { id, listOf, maybe, party } from './values.ts'

export const sessionParty = z
  .object({
    id,
    accountId: maybe(id),
    extensionId: maybe(id),
    /** `Inbound` or `Outbound`, as this party sees the call. */
    direction: maybe(z.string()),
    from: maybe(party),
    to: maybe(party),
    status: maybe(
      z.object({
        /**
         * `Setup`, `Proceeding`, `Answered`, `Hold`, `Parked`, `Disconnected`, `Gone`, `VoiceMail`,
         * ... The end of a hold shows as `Answered`.
         */
        code: maybe(z.string()),
        /** With `Disconnected`: a transfer (`BlindTransfer`, ...) ends this party, not the call. */
        reason: maybe(z.string()),
        /** With `Gone`: where the call went on. */
        peerId: maybe(z.object({ telephonySessionId: maybe(z.string()), partyId: maybe(id) })),
        parkData: maybe(z.string()),
      }),
    ),
    /** Rang here, and nobody picked up. Notifications alone tell. */
    missedCall: maybe(z.boolean()),
    standAlone: maybe(z.boolean()),
    muted: maybe(z.boolean()),
    queueCall: maybe(z.boolean()),
    attributes: maybe(z.object({ queueCall: maybe(z.boolean()) })),
    /** `Initiator` or `Target`, of a click-to-call session. */
    ringOutRole: maybe(z.string()),
    /** `Host` or `Participant`. */
    conferenceRole: maybe(z.string()),
    /** Those going on; not `active` while paused. */
    recordings: listOf(z.object({ id, active: maybe(z.boolean()) })),
  })
  .transform(({ attributes, ...rest }) => ({
    ...rest,
    /** Came through a call queue. */
    queueCall: rest.queueCall ?? attributes?.queueCall,
  }))

export type TelephonyParty = z.output<typeof sessionParty>
