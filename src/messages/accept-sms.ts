import { claimConfirmation, requireNoneOptedOut } from '../consents/opted-out.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { requireAbility } from '../extensions/abilities.ts'
import { ExtensionRevokedError, NotConnectedError } from '../extensions/errors.ts'
import { parseUserId } from '../extensions/user-mapping.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { hashOf, parseIdempotencyKey } from '../lib/idempotency.ts'
import { NumberNotFoundError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { findNumber } from '../numbers/service.ts'
import { acceptedBefore, acceptMessage } from './accept-message.ts'
import { InvalidRecipientsError, maxRecipients, maxTextLength } from './errors.ts'
import { numberOfUser } from './number-of-user.ts'
import { checkSendAt, parseText, parseValidFor } from './parse-message.ts'
import { quietUntil } from './quiet.ts'

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
  /** Not before this moment; left out: at once. */
  sendAt?: Date | null | undefined
  ignoreQuietHours?: boolean | null | undefined
  purpose?: 'OPT_OUT_CONFIRMATION' | null | undefined
  idempotencyKey?: string | null | undefined
}

export type AcceptSms = (tenantId: string, input: SmsInput) => Promise<Message>

/**
 * Takes a text to be sent; what is refused leaves no trace.
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
    const { sender, ...rest } = parse(input)
    const requestHash = hash({ ...rest, sender })
    const { idempotencyKey } = rest
    const known = await acceptedBefore(db, { tenantId, idempotencyKey, requestHash })
    if (known) return known
    checkSendAt(rest.sendAt, clock.now())

    const from = sender.from ?? (await numberOfUser(db, tenantId, sender.userId))
    if (rest.to.includes(from)) {
      throw new InvalidRecipientsError(`\`to\` names ${from}, the number that sends.`)
    }
    const number = await findNumber(db, tenantId, from)
    if (!number) throw await whyNoNumber(db, tenantId, from)
    const { extension } = number
    if (extension.status === 'REVOKED') {
      throw new ExtensionRevokedError(extension.extensionId, extension.name)
    }
    await requireAbility(db, extension, 'SEND_SMS')
    const asked = { tenantId, extensionRowId: extension.id, type: 'SMS', ...rest, from } as const
    const quiet = await quietUntil(db, { clock }, asked, rest.sendAt ?? clock.now())
    return acceptMessage({ eventLog, queue, clock, admit }, { ...asked, requestHash }, quiet)
  }

  /** In the transaction that accepts it, so that nobody opts out in between. */
  async function admit(tx: Tx, message: Message): Promise<Message> {
    const { id, tenantId, from: number, to: others } = message
    const [other] = others
    if (message.purpose === null || other === undefined) {
      await requireNoneOptedOut(tx, { tenantId, number, others })
      return message
    }
    const until = await claimConfirmation(tx, { clock }, id, { tenantId, number, other })
    const expiresAt = message.expiresAt && message.expiresAt < until ? message.expiresAt : until
    return tx.message.update({ where: { id }, data: { expiresAt } })
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
  if (input.purpose && (to.length > 1 || input.sendAt)) {
    throw new InvalidInputError(
      'purpose',
      'The confirmation of an opt-out goes to one person, and at once: leave `sendAt` out.',
    )
  }
  const twice = to.find((number, index) => to.indexOf(number) !== index)
  if (twice) throw new InvalidRecipientsError(`\`to\` names ${twice} twice.`)
  return {
    sender,
    to,
    text: parseText(input.text, maxTextLength),
    idempotencyKey: parseIdempotencyKey(input.idempotencyKey),
    validFor: parseValidFor(input.validFor),
    sendAt: input.sendAt ?? null,
    ignoreQuietHours: input.ignoreQuietHours ?? false,
    purpose: input.purpose ?? null,
  }
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
function hash({
  sender,
  to,
  text,
  validFor,
  sendAt,
  ignoreQuietHours,
  purpose,
}: Omit<ReturnType<typeof parse>, 'idempotencyKey'>) {
  const who = sender.from ?? { userId: sender.userId }
  // What is left out leaves no trace, so that keys which were given before a choice existed stay good.
  const more = {
    ...(sendAt && { sendAt }),
    ...(ignoreQuietHours && { ignoreQuietHours }),
    ...(purpose && { purpose }),
  }
  return hashOf([
    who,
    to,
    text,
    ...(validFor === null ? [] : [validFor]),
    ...(Object.keys(more).length === 0 ? [] : [more]),
  ])
}

async function whyNoNumber(db: Db, tenantId: string, from: string) {
  const connected = await db.extension.findFirst({
    where: { tenantId, status: { not: 'REVOKED' } },
  })
  return connected ? new NumberNotFoundError(from) : new NotConnectedError()
}
