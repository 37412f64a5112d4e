/**
 * The bodies of RingCentral's notifications, one schema a kind; notifications.ts says what each
 * kind is for.
 */
import { z } from 'zod'
import { id, listOf, maybe, party, time } from './values.ts'

export const mailboxChange = z.object({
  extensionId: maybe(id),
  lastUpdated: maybe(time),
  changes: listOf(
    z.object({
      /** `SMS`, `Fax`, `VoiceMail`, `Pager`. */
      type: maybe(z.string()),
      newCount: maybe(z.number()),
      updatedCount: maybe(z.number()),
      newMessageIds: listOf(id),
    }),
  ),
})

const sessionParty = z.object({
  id,
  accountId: maybe(id),
  extensionId: maybe(id),
  direction: maybe(z.string()),
  from: maybe(party),
  to: maybe(party),
  status: maybe(
    z.object({
      /**
       * `Setup`, `Proceeding`, `Answered`, `Hold`, `Parked`, `Disconnected`, `Gone`, `VoiceMail`,
       * ...
       */
      code: maybe(z.string()),
      /** With `Disconnected`: a transfer (`BlindTransfer`, ...) ends this party, not the call. */
      reason: maybe(z.string()),
    }),
  ),
  missedCall: maybe(z.boolean()),
  standAlone: maybe(z.boolean()),
  muted: maybe(z.boolean()),
})

export const telephonySession = z.object({
  telephonySessionId: z.string(),
  sessionId: maybe(id),
  /** Orders the notifications of one session, which can arrive swapped. */
  sequence: maybe(z.number()),
  eventTime: maybe(time),
  accountId: maybe(id),
  extensionId: maybe(id),
  /** `type`: `Call`, `RingOut`, `RingMe`, `Conference`, `CallOut`, ... */
  origin: maybe(z.object({ type: maybe(z.string()) })),
  /** Only the parties that changed. */
  parties: listOf(sessionParty),
})

export const presence = z.object({
  extensionId: id,
  sequence: maybe(z.number()),
  /** `NoCall`, `Ringing`, `CallConnected`, `OnHold`, `ParkedCall`. */
  telephonyStatus: maybe(z.string()),
  /** `Available`, `Busy`, `Offline`. */
  presenceStatus: maybe(z.string()),
  userStatus: maybe(z.string()),
  dndStatus: maybe(z.string()),
  meetingStatus: maybe(z.string()),
})

const extensionChange = z.object({
  extensionId: id,
  /** `Create`, `Update`, `Delete`. */
  eventType: maybe(z.string()),
  /** `CompanyNumbers` among them: read the phone numbers again. */
  hints: listOf(z.string()),
})

// The guide's sample nests a list in `extensions`, the schema defines the members flat: both are
// accepted.
export const extensionChanges = z.union([
  z.object({ extensions: z.array(extensionChange) }).transform((body) => body.extensions),
  extensionChange.transform((change) => [change]),
])

export const subscriptionReminder = z.object({
  /** Seconds that the subscription still has. */
  expiresIn: maybe(z.number()),
})

export type MailboxChange = z.output<typeof mailboxChange>
export type TelephonySession = z.output<typeof telephonySession>
export type TelephonyParty = z.output<typeof sessionParty>
export type Presence = z.output<typeof presence>
export type ExtensionChange = z.output<typeof extensionChange>
export type SubscriptionReminder = z.output<typeof subscriptionReminder>
