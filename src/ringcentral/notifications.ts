/**
 * What RingCentral posts to a webhook.
 *
 * Each post is one JSON object `{ uuid, event, timestamp, subscriptionId, ownerId, body }`, with
 * the token given at creation in the header `Verification-Token`. `event` is the resolved path of
 * the filter that matched, usually with its query; it tells the kind. `ownerId` is the extension
 * that owns the *subscription*; whom the event is about stands in `event` and in `body`. All ids
 * are strings.
 *
 * There is no signature, no retry that we may count on, and no order: posts can be lost, doubled
 * and swapped. Recognise doubles by `uuid`, order calls by `sequence`, and fetch what was lost with
 * a message sync.
 *
 * The handshake while a subscription is created is no notification: it has an empty body and the
 * header `Validation-Token`, to be echoed with 200 and `application/json` within 3 s and 1024
 * bytes, headers included.
 *
 * | kind | filter | what `body` brings |
 * |---|---|---|
 * | `instant-message` | `.../message-store/instant?type=SMS` | a whole inbound message; never an outbound one |
 * | `mailbox-change` | `.../message-store`, also `?type=VoiceMail`, `Fax`, `Pager` | a bell: that something changed, not what. Then sync |
 * | `high-volume-text` | `/account/~/a2p-sms/messages?direction=Inbound` | a whole inbound message of the account |
 * | `high-volume-batch` | `/account/~/a2p-sms/batches` | a bell: that a batch has come further |
 * | `high-volume-opt-out` | `/account/~/a2p-sms/opt-outs` | who opted out, or back in; not when |
 * | `telephony-session` | `.../telephony/sessions` | the parties of a call that changed, numbered by `sequence` |
 * | `presence` | `.../presence` | an extension's availability, with its calls when asked in detail |
 * | `extension-change` | `/account/~/extension`, `.../extension/{id}` | which extensions changed |
 * | `subscription-reminder` | `/restapi/v1.0/subscription/~?threshold=...` | that the subscription ends soon |
 */
import { z } from 'zod'
import { highVolumeRecord } from './high-volume.ts'
import { type MessageRecord, messageRecord } from './message-record.ts'
import * as bodies from './notification-bodies.ts'
import { id, maybe, time, timeOf } from './values.ts'

export {
  detailedPresenceChanges,
  extensionListChanges,
  instantSms,
  mailboxChanges,
  telephonySessions,
} from './event-filters.ts'

export interface NotificationEnvelope {
  uuid: string
  event: string
  timestamp: Date
  subscriptionId: string
  ownerId: string | undefined
  /** The account and extension that the event is about, out of `event`. */
  accountId: string | undefined
  extensionId: string | undefined
}

export type NotificationContent =
  | { kind: 'instant-message'; body: MessageRecord }
  | { kind: 'mailbox-change'; body: bodies.MailboxChange }
  | { kind: 'consent-change'; body: bodies.ConsentChange }
  | { kind: 'high-volume-text'; body: bodies.HighVolumeText }
  | { kind: 'high-volume-batch'; body: bodies.HighVolumeBatch }
  | { kind: 'high-volume-opt-out'; body: bodies.HighVolumeOptOut }
  | { kind: 'telephony-session'; body: bodies.TelephonySession }
  | { kind: 'presence'; body: bodies.Presence }
  | { kind: 'extension-change'; body: bodies.ExtensionChange[] }
  | { kind: 'subscription-reminder'; body: bodies.SubscriptionReminder }
  /**
   * A kind that we never asked for, or a known one whose body we cannot read: worth a sync, not an
   * error.
   */
  | { kind: 'unknown'; body: unknown }

export type Notification = NotificationEnvelope & NotificationContent

const envelope = z.object({
  uuid: z.string().min(1),
  event: z.string().min(1),
  timestamp: time,
  subscriptionId: z.string().min(1),
  ownerId: maybe(id),
  body: z.unknown().optional(),
})

const kinds = [
  { kind: 'instant-message', path: /\/message-store\/instant$/, body: messageRecord },
  { kind: 'mailbox-change', path: /\/message-store$/, body: bodies.mailboxChange },
  { kind: 'consent-change', path: /\/sms\/consents$/, body: bodies.consentChange },
  { kind: 'high-volume-text', path: /\/a2p-sms\/messages$/, body: highVolumeRecord },
  { kind: 'high-volume-batch', path: /\/a2p-sms\/batches$/, body: bodies.highVolumeBatch },
  { kind: 'high-volume-opt-out', path: /\/a2p-sms\/opt-outs$/, body: bodies.highVolumeOptOut },
  { kind: 'telephony-session', path: /\/telephony\/sessions$/, body: bodies.telephonySession },
  { kind: 'presence', path: /\/presence$/, body: bodies.presence },
  { kind: 'extension-change', path: /\/extension(\/[^/]+)?$/, body: bodies.extensionChanges },
  {
    kind: 'subscription-reminder',
    path: /\/subscription\/[^/]+$/,
    body: bodies.subscriptionReminder,
  },
] as const

/**
 * What says of one post which it is, and whose; undefined when it is no notification at all. By hand, as `envelope` says
 * it: this is asked before a post is answered, of each one.
 */
export function parseEnvelope(
  json: unknown,
): Pick<NotificationEnvelope, 'uuid' | 'subscriptionId' | 'ownerId'> | undefined {
  if (typeof json !== 'object' || json === null) return undefined
  const { uuid, event, timestamp, subscriptionId, ownerId } = json as Record<string, unknown>
  if (!isWord(uuid) || !isWord(event) || !isWord(subscriptionId)) return undefined
  if (typeof timestamp !== 'string' || !timeOf(timestamp)) return undefined
  const isId = isWord(ownerId) || Number.isSafeInteger(ownerId)
  return { uuid, subscriptionId, ownerId: isId ? String(ownerId) : undefined }
}

const isWord = (value: unknown): value is string => typeof value === 'string' && value !== ''

/** Reads the parsed JSON of one post; undefined when it is no notification at all. */
export function parseNotification(json: unknown): Notification | undefined {
  const parsed = envelope.safeParse(json)
  if (!parsed.success) return undefined
  const { body, ...rest } = parsed.data
  const path = rest.event.split('?', 1)[0] ?? ''
  return {
    ...rest,
    accountId: path.match(/\/account\/(\d+)/)?.[1],
    extensionId: path.match(/\/extension\/(\d+)/)?.[1],
    ...contentOf(path, body),
  }
}

function contentOf(path: string, body: unknown): NotificationContent {
  const known = kinds.find((candidate) => candidate.path.test(path))
  const parsed = known?.body.safeParse(body)
  if (!known || !parsed?.success) return { kind: 'unknown', body }
  // The table pairs each kind with its schema; TypeScript cannot follow a pair through `find`.
  return { kind: known.kind, body: parsed.data } as NotificationContent
}
