import { ensureConversation } from '../conversations/ensure.ts'
import { refreshConversations } from '../conversations/refresh.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Message, MessagePurpose, Prisma } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Only } from '../graphql/context.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import type { AcceptPlain } from './accept-plain.ts'
import { IdempotencyConflictError } from './errors.ts'
import { expireMessageJob } from './jobs.ts'
import type { StoredAttachment } from './mailbox-facts.ts'
import type { NotBefore } from './not-before.ts'
import { useUploads } from './outbound-media.ts'
import { putOff } from './release.ts'
import { wakeLane } from './send-lane.ts'
import { recordStatus } from './status.ts'
import { isMessageWithin } from './within.ts'

export type Asked = Pick<
  Message,
  'tenantId' | 'extensionRowId' | 'type' | 'from' | 'to' | 'text'
> & {
  idempotencyKey: string | null
  /** Over all that was asked for, as it was asked. */
  requestHash: Uint8Array<ArrayBuffer>
  /** Seconds. */
  validFor: number | null
  colleagues?: Prisma.InputJsonValue
  /** Not before this moment; null: at once. `validFor` counts from here. */
  sendAt: Date | null
  /** Each by the id of its upload. */
  attachments?: StoredAttachment[]
  ignoreQuietHours?: boolean
  purpose?: MessagePurpose | null
  /** Of which versions the rows were that tell who may send it: see `FoundSender`. */
  seen?: string
}

type Deps = {
  /** Left out: nothing is plain about them. */
  acceptPlain?: AcceptPlain
  /** What the viewer is limited to. */
  only?: Only | undefined
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
  /** Has the last word, in the transaction: what it throws leaves no trace. */
  admit?: (tx: Tx, message: Message) => Promise<Message>
}

/**
 * Takes a message to be sent: message, event and job are one transaction, so what has been accepted is sent
 * whatever crashes. The same `idempotencyKey` answers the message that it made the first time.
 *
 * @throws IdempotencyConflictError when that was another request, or InvalidInputError, as `acceptedBefore` does
 */
export async function acceptMessage(
  { acceptPlain, only, eventLog, queue, clock, admit = async (_tx, message) => message }: Deps,
  wanted: Asked,
  /** Until when it is put off; left out: until its `sendAt`. */
  notBefore: NotBefore | null = wanted.sendAt && { until: wanted.sendAt },
): Promise<Message> {
  const plain = notBefore ? undefined : await acceptPlain?.(wanted, clock.now())
  if (plain) return plain
  const { sendAt, seen: _seen, ...asked } = wanted
  return eventLog.transaction(async (tx, record) => {
    const createdAt = clock.now()
    const written = { ...asked, direction: 'OUTBOUND', createdAt } as const
    const [accepted] = await tx.message.createManyAndReturn({
      data: {
        id: createId('Message'),
        status: notBefore ? 'SCHEDULED' : 'QUEUED',
        ...written,
        conversationId: await ensureConversation(tx, written),
        sendAt: notBefore?.until ?? null,
        expiresAt: expiryOf(asked.validFor, sendAt ?? createdAt),
      },
      skipDuplicates: true,
    })
    if (!accepted) {
      // A twin of this request was faster; it has committed, or we would still be waiting for it.
      const twin = await acceptedBefore(tx, asked, only)
      if (!twin) throw new Error('A message was skipped as a duplicate of nothing')
      return twin
    }
    await useUploads(tx, accepted)
    if (notBefore) {
      await putOff(tx, queue, accepted, notBefore.until, notBefore.why)
    } else await wakeLane(tx, queue, accepted.extensionRowId)
    const message = await admit(tx, accepted)
    if (message.expiresAt) {
      const payload = { messageId: message.id }
      await queue.send(tx, expireMessageJob, payload, { startAfter: message.expiresAt })
    }
    recordStatus(record, message)
    await refreshConversations(tx, record, [message])
    return message
  })
}

/** Until when it may be sent. */
export function expiryOf(validFor: number | null, from: Date): Date | null {
  return validFor === null ? null : after(from, seconds(validFor))
}

/**
 * The message that the same request made before.
 *
 * @throws IdempotencyConflictError when its key belongs to another request
 * @throws InvalidInputError when it belongs to a message that the viewer is not to know of
 */
export async function acceptedBefore(
  db: Db | Tx,
  {
    tenantId,
    idempotencyKey,
    requestHash,
  }: Pick<Asked, 'tenantId' | 'idempotencyKey' | 'requestHash'>,
  only?: Only,
): Promise<Message | undefined> {
  if (idempotencyKey === null) return undefined
  const message = await db.message.findUnique({
    where: { tenantId_idempotencyKey: { tenantId, idempotencyKey } },
  })
  if (!message) return undefined
  if (only && !isMessageWithin(message, only)) {
    throw new InvalidInputError(
      'idempotencyKey',
      'This idempotency key was used for another message. Use a new key for a new message.',
    )
  }
  if (message.requestHash && Buffer.compare(message.requestHash, requestHash) === 0) return message
  throw new IdempotencyConflictError(message.id)
}
