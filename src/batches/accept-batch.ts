import type { Db } from '../db/client.ts'
import type { MessageBatch } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { hashOf, parseIdempotencyKey } from '../lib/idempotency.ts'
import { createId } from '../lib/ids.ts'
import { tendBatchJob } from '../messages/jobs.ts'
import { checkSendAt, parseValidFor } from '../messages/parse-message.ts'
import type { SendingNumber } from '../messages/sending-number.ts'
import { requireSender } from '../messages/sms-checks.ts'
import { NumberNotFoundError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { findNumber } from '../numbers/service.ts'
import { type ParsedTemplate, parseTemplate, requireWellFormed } from '../templates/render.ts'
import { storedTemplate } from '../templates/render-stored.ts'
import { recordBatch } from './change-batch.ts'
import { checkRows, type Recipient, type Row } from './check-rows.ts'
import { noCounts } from './counts.ts'
import {
  BatchIdempotencyConflictError,
  BatchRowsInvalidError,
  maxBatchSize,
  maxSenders,
  type RejectedRow,
} from './errors.ts'
import { leaveOut } from './leave-out.ts'
import { type Sender, spread } from './spread.ts'

export type BatchInput = {
  name?: string | null | undefined
  from: readonly string[]
  /** For all who have no text of their own, with placeholders. */
  text?: string | null | undefined
  /** Instead of `text`. */
  templateId?: string | null | undefined
  rows: readonly Row[]
  skipInvalid?: boolean | null | undefined
  sendAt?: Date | null | undefined
  /** Seconds. */
  validFor?: number | null | undefined
  ignoreQuietHours?: boolean | null | undefined
  idempotencyKey?: string | null | undefined
}

declare module '../graphql/context.ts' {
  interface Services {
    acceptBatch: ReturnType<typeof createAcceptBatch>
  }
}

/**
 * Takes a batch: all of it, or nothing. What is taken stands in one row; a job makes its messages, some at
 * a time, so that thousands of them hold nobody up.
 *
 * @throws InvalidInputError, InvalidPhoneNumberError, NumberNotFoundError, ExtensionRevokedError,
 *   GrantLacksScopeError, SenderNotRegisteredError, TemplateNotFoundError, BatchRowsInvalidError,
 *   BatchIdempotencyConflictError
 */
export function createAcceptBatch({
  db,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) {
  return async (tenantId: string, input: BatchInput): Promise<MessageBatch> => {
    const asked = parse(input)
    const requestHash = hashOf([
      { ...asked, idempotencyKey: undefined },
      input.rows.map(({ to, text, values }) => [to, text, Object.entries(values).sort()]),
    ])
    const key = { tenantId, idempotencyKey: asked.idempotencyKey, requestHash }
    const known = await acceptedBefore(db, key)
    if (known) return known
    checkSendAt(asked.sendAt, clock.now())

    const numbers = await numbersOf(tenantId, asked.from)
    const checked = checkRows(input.rows, {
      template: await templateOf(tenantId, asked),
      senders: asked.from,
    })
    const { recipients, rejected } = await leaveOut(db, tenantId, numbers, checked)
    if (rejected.length > 0 && !(input.skipInvalid && recipients.length > 0)) {
      throw new BatchRowsInvalidError(rejected, input.rows.length)
    }
    const senders = numbers.map(({ phoneNumber, extensionRowId }) => ({
      phoneNumber,
      extensionRowId,
    }))
    return accept(key, asked, { senders, recipients, rejected })
  }

  async function templateOf(
    tenantId: string,
    { text, templateId }: ReturnType<typeof parse>,
  ): Promise<ParsedTemplate> {
    return templateId === undefined
      ? parseTemplate(text ?? '')
      : storedTemplate(db, tenantId, templateId)
  }

  async function numbersOf(tenantId: string, from: readonly string[]): Promise<SendingNumber[]> {
    return Promise.all(
      from.map(async (phoneNumber) => {
        const number = await findNumber(db, tenantId, phoneNumber)
        if (!number) throw new NumberNotFoundError(phoneNumber)
        await requireSender(db, number)
        return number
      }),
    )
  }

  async function accept(
    key: Key,
    { name, sendAt, validFor, ignoreQuietHours = false }: ReturnType<typeof parse>,
    rows: { senders: Sender[]; recipients: Recipient[]; rejected: RejectedRow[] },
  ): Promise<MessageBatch> {
    const plan = await spread(db, key.tenantId, rows.senders, rows.recipients)
    return eventLog.transaction(async (tx, record) => {
      const [batch] = await tx.messageBatch.createManyAndReturn({
        data: {
          id: createId('MessageBatch'),
          ...key,
          name,
          size: plan.length,
          plan,
          counts: { ...noCounts, total: plan.length, waiting: plan.length },
          validFor,
          ignoreQuietHours,
          rejected: rows.rejected,
          sendAt,
          createdAt: clock.now(),
        },
        skipDuplicates: true,
      })
      if (!batch) {
        const twin = await acceptedBefore(tx, key)
        if (!twin) throw new Error('A batch was skipped as a duplicate of nothing')
        return twin
      }
      const { plan: _, ...told } = batch
      recordBatch(record, told)
      await queue.send(tx, tendBatchJob, { batchId: batch.id }, { singletonKey: batch.id })
      return batch
    })
  }
}

type Key = Pick<MessageBatch, 'tenantId' | 'idempotencyKey'> & {
  requestHash: Uint8Array<ArrayBuffer>
}

async function acceptedBefore(
  db: Pick<Db, 'messageBatch'>,
  { tenantId, idempotencyKey, requestHash }: Key,
): Promise<MessageBatch | undefined> {
  if (idempotencyKey === null) return undefined
  const batch = await db.messageBatch.findUnique({
    where: { tenantId_idempotencyKey: { tenantId, idempotencyKey } },
  })
  if (!batch) return undefined
  if (Buffer.compare(batch.requestHash, requestHash) === 0) return batch
  throw new BatchIdempotencyConflictError(batch.id)
}

function parse(input: BatchInput) {
  if (input.text != null && input.templateId != null) {
    throw new InvalidInputError('text', 'Say it in `text`, or with `templateId`: one of both.')
  }
  requireWellFormed(parseTemplate(input.text ?? ''))
  const from = [...new Set(input.from.map(parsePhoneNumber))]
  if (from.length === 0) throw new InvalidInputError('from', 'Name at least one number that sends.')
  if (from.length > maxSenders) {
    throw new InvalidInputError('from', `At most ${maxSenders} numbers share a batch.`)
  }
  if (input.rows.length === 0) {
    throw new InvalidInputError('recipients', 'Name at least one recipient.')
  }
  if (input.rows.length > maxBatchSize) {
    throw new InvalidInputError('recipients', `A batch has at most ${maxBatchSize} recipients.`)
  }
  return {
    name: input.name?.trim().slice(0, 255) || null,
    from,
    text: input.text ?? null,
    sendAt: input.sendAt ?? null,
    validFor: parseValidFor(input.validFor),
    idempotencyKey: parseIdempotencyKey(input.idempotencyKey),
    // What is left out leaves no trace, so that keys which were given before a choice existed stay good.
    ...(input.templateId != null && { templateId: input.templateId }),
    ...(input.ignoreQuietHours && { ignoreQuietHours: true }),
  }
}
