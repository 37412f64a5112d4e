/**
 * The bodies of RingCentral's notifications, one schema a kind; notifications.ts says what each
 * kind is for.
 */
import { z } from 'zod'
import { availability } from './availability.ts'
import { consentRecord } from './consents.ts'
import type { HighVolumeRecord } from './high-volume.ts'
import { sessionParty } from './session-party.ts'
import { id, listOf, maybe, time } from './values.ts'

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

export const consentChange = z.object({ records: listOf(consentRecord) })

/** Of the batch nothing is asked here but whose it is. */
export const highVolumeBatch = z.object({ id, from: z.string() })

export const highVolumeOptOut = z.object({
  /** The company's number. */
  from: z.string(),
  /** The person's. */
  to: z.string(),
  /** Whether the opt-out holds: false is an opt-in. */
  active: z.boolean(),
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
  /** Orders the notifications of one extension. */
  sequence: maybe(z.number()),
  ...availability,
  /** More than `activeCalls` when there are many; the detailed filter alone brings both. */
  totalActiveCalls: maybe(z.number()),
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
export type ConsentChange = z.output<typeof consentChange>
export type HighVolumeText = HighVolumeRecord
export type HighVolumeBatch = z.output<typeof highVolumeBatch>
export type HighVolumeOptOut = z.output<typeof highVolumeOptOut>
export type TelephonySession = z.output<typeof telephonySession>
export type { TelephonyParty } from './session-party.ts'
export type Presence = z.output<typeof presence>
export type ExtensionChange = z.output<typeof extensionChange>
export type SubscriptionReminder = z.output<typeof subscriptionReminder>
