import { createHash } from 'node:crypto'
import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { requireAbility } from '../extensions/abilities.ts'
import { ExtensionRevokedError, NotConnectedError } from '../extensions/errors.ts'
import { parseUserId } from '../extensions/user-mapping.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import { NumberNotFoundError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { findNumber } from '../numbers/service.ts'
import {
  IdempotencyConflictError,
  InvalidRecipientsError,
  InvalidTextError,
  maxRecipients,
  maxTextLength,
  maxValidFor,
} from './errors.ts'
import { expireMessageJob } from './jobs.ts'
import { numberOfUser } from './number-of-user.ts'
import { wakeLane } from './send-lane.ts'
import { recordStatus } from './status.ts'

declare module '../graphql/context.ts' {
  interface Services {
    acceptSms: AcceptSms
  }
}

export type SmsInput = {
  /** The number that sends; or `userId`, whose extension's number does. */
  from?: string | null | undefined
  userId?: string | null | undefined
  to: readonly string[]
  text: string
  /** Seconds. */
  validFor?: number | null | undefined
  idempotencyKey?: string | null | undefined
}

export type AcceptSms = (tenantId: string, input: SmsInput) => Promise<Message>

/**
 * Takes a text to be sent: message, event and job are one transaction, so what has been accepted is
 * sent whatever crashes, and what is refused leaves no trace.
 *
 * Throws the typed errors of `sendSms`; the same `idempotencyKey` with the same input answers the
 * message that it made the first time, under any parallelism.
 */
export function createAcceptSms({
  db,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): AcceptSms {
  return async (tenantId, input) => {
    const { validFor, sender, ...rest } = parse(input)
    const requestHash = hash({ ...rest, sender, validFor })
    const known = await findByKey(db, tenantId, rest.idempotencyKey)
    if (known) return sameRequest(known, requestHash)

    const from = sender.from ?? (await numberOfUser(db, tenantId, sender.userId))
    if (rest.to.includes(from)) {
      throw new InvalidRecipientsError(`\`to\` names ${from}, the number that sends.`)
    }
    const sms = { ...rest, from }
    const number = await findNumber(db, tenantId, from)
    if (!number) throw await whyNoNumber(db, tenantId, from)
    const { extension } = number
    if (extension.status === 'REVOKED') {
      throw new ExtensionRevokedError(extension.extensionId, extension.name)
    }
    await requireAbility(db, extension, 'SEND_SMS')
    return eventLog.transaction(async (tx, record) => {
      const [message] = await tx.message.createManyAndReturn({
        data: {
          id: createId('Message'),
          tenantId,
          extensionRowId: extension.id,
          direction: 'OUTBOUND',
          status: 'QUEUED',
          ...sms,
          requestHash,
          createdAt: clock.now(),
          expiresAt: validFor === null ? null : after(clock.now(), seconds(validFor)),
        },
        skipDuplicates: true,
      })
      if (!message) {
        // A twin of this request was faster; it has committed, or we would still be waiting for it.
        const twin = await findByKey(tx, tenantId, sms.idempotencyKey)
        if (!twin) throw new Error('A message was skipped as a duplicate of nothing')
        return sameRequest(twin, requestHash)
      }
      recordStatus(record, message)
      if (message.expiresAt) {
        const payload = { messageId: message.id }
        await queue.send(tx, expireMessageJob, payload, { startAfter: message.expiresAt })
      }
      await wakeLane(tx, queue, extension.id)
      return message
    })
  }
}

function parse(input: SmsInput) {
  const sender = parseSender(input)
  const to = input.to.map(parsePhoneNumber)
  if (to.length === 0) {
    throw new InvalidRecipientsError('`to` is empty: name at least one recipient.')
  }
  if (to.length > maxRecipients) {
    throw new InvalidRecipientsError(
      `\`to\` has ${to.length} numbers, which would be one group conversation; RingCentral takes at most ${maxRecipients}. To text people separately, send one message each.`,
    )
  }
  const twice = to.find((number, index) => to.indexOf(number) !== index)
  if (twice) throw new InvalidRecipientsError(`\`to\` names ${twice} twice.`)
  if (input.text.trim().length === 0) throw new InvalidTextError(0)
  if (input.text.length > maxTextLength) throw new InvalidTextError(input.text.length)
  // Postgres cannot store it, and no phone can show it.
  if (input.text.includes('\u0000')) {
    throw new InvalidInputError('text', 'The text contains the character U+0000: remove it.')
  }
  const idempotencyKey = input.idempotencyKey ?? null
  if (idempotencyKey !== null && !/^[\x20-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw new InvalidInputError(
      'idempotencyKey',
      'An idempotency key has 1 to 255 printable ASCII characters, for example a UUID.',
    )
  }
  const validFor = input.validFor ?? null
  if (validFor !== null && (validFor < 1 || validFor > maxValidFor)) {
    throw new InvalidInputError(
      'validFor',
      `\`validFor\` is a number of seconds from 1 to ${maxValidFor} (7 days); left out, the message waits as long as it takes.`,
    )
  }
  return { sender, to, text: input.text, idempotencyKey, validFor }
}

type Sender = { from: string } | { from?: undefined; userId: string }

function parseSender({ from, userId }: SmsInput): Sender {
  if (from != null && userId == null) return { from: parsePhoneNumber(from) }
  if (userId != null && from == null) return { userId: parseUserId(userId) }
  throw new InvalidInputError(
    'from',
    'Name the number that sends in `from`, or a mapped user in `userId`: one of both.',
  )
}

/** As it was asked: a user's number may have changed when the same request comes again. */
function hash({ sender, to, text, validFor }: Omit<ReturnType<typeof parse>, 'idempotencyKey'>) {
  const asked = [
    sender.from ?? { userId: sender.userId },
    to,
    text,
    ...(validFor === null ? [] : [validFor]),
  ]
  const digest = createHash('sha256').update(JSON.stringify(asked)).digest()
  return new Uint8Array(digest)
}

function findByKey(db: Db | Tx, tenantId: string, idempotencyKey: string | null) {
  if (idempotencyKey === null) return null
  return db.message.findUnique({
    where: { tenantId_idempotencyKey: { tenantId, idempotencyKey } },
  })
}

function sameRequest(message: Message, requestHash: Uint8Array): Message {
  if (message.requestHash && Buffer.compare(message.requestHash, requestHash) === 0) return message
  throw new IdempotencyConflictError(message.id)
}

async function whyNoNumber(db: Db, tenantId: string, from: string) {
  const connected = await db.extension.findFirst({
    where: { tenantId, status: { not: 'REVOKED' } },
  })
  return connected ? new NumberNotFoundError(from) : new NotConnectedError()
}
