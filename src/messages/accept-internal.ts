import type { Db } from '../db/client.ts'
import type { Extension, Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { requireAbility } from '../extensions/abilities.ts'
import { ExtensionRevokedError } from '../extensions/errors.ts'
import { extensionOfUser } from '../extensions/extension-of-user.ts'
import { parseUserId } from '../extensions/user-mapping.ts'
import { findExtension } from '../extensions/which-extension.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { hashOf, parseIdempotencyKey } from '../lib/idempotency.ts'
import { acceptedBefore, acceptMessage } from './accept-message.ts'
import { addressOf, findColleague } from './colleagues.ts'
import { InvalidRecipientsError, maxColleagues, maxInternalTextLength } from './errors.ts'
import { checkSendAt, parseText, parseValidFor } from './parse-message.ts'

declare module '../graphql/context.ts' {
  interface Services {
    acceptInternal: AcceptInternal
  }
}

export type InternalInput = {
  /** The extension that sends; or `userId`, who is mapped to it. */
  from?: string | null | undefined
  userId?: string | null | undefined
  to: readonly string[]
  text: string
  /** Seconds. */
  validFor?: number | null | undefined
  /** Not before this moment; left out: at once. */
  sendAt?: Date | null | undefined
  idempotencyKey?: string | null | undefined
}

export type AcceptInternal = (tenantId: string, input: InternalInput) => Promise<Message>

/** Takes a message between colleagues to be sent. Throws the typed errors of `sendInternalMessage`. */
export function createAcceptInternal({
  db,
  eventLog,
  queue,
  clock,
  refreshDirectory,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
  /** Has the tenant's directories read, if that is due. */
  refreshDirectory: (tenantId: string) => Promise<void>
}): AcceptInternal {
  return async (tenantId, input) => {
    const { sender, to: given, ...rest } = parse(input)
    const { text, validFor, idempotencyKey } = rest
    // As it was asked: a user may be mapped to another extension when the same request comes again.
    const later = rest.sendAt ? [{ sendAt: rest.sendAt }] : []
    const requestHash = hashOf(['INTERNAL', sender, given, text, validFor, ...later])
    const known = await acceptedBefore(db, { tenantId, idempotencyKey, requestHash })
    if (known) return known
    checkSendAt(rest.sendAt, clock.now())

    const extension = await whoSends(tenantId, sender)
    await requireAbility(db, extension, 'SEND_INTERNAL_MESSAGE')
    const colleagues = await recipients(extension, given)
    return acceptMessage(
      { eventLog, queue, clock },
      {
        tenantId,
        extensionRowId: extension.id,
        type: 'INTERNAL',
        from: extension.extensionNumber ?? extension.extensionId,
        to: colleagues.map(addressOf),
        colleagues,
        requestHash,
        ...rest,
      },
    )
  }

  async function whoSends(tenantId: string, sender: Sender): Promise<Extension> {
    const extension =
      'from' in sender
        ? await findExtension(db, tenantId, sender.from)
        : await extensionOfUser(db, tenantId, sender.userId)
    if (extension.status !== 'REVOKED') return extension
    throw new ExtensionRevokedError(extension.extensionId, extension.name)
  }

  async function recipients(sender: Extension, given: string[]) {
    const colleagues = await Promise.all(
      given.map((one) => findColleague(db, sender, one, refreshDirectory)),
    )
    for (const [index, { extensionId, extensionNumber }] of colleagues.entries()) {
      if (
        extensionId === sender.extensionId ||
        (extensionNumber !== null && extensionNumber === sender.extensionNumber)
      ) {
        throw new InvalidRecipientsError(`\`to\` names ${given[index]}, the extension that sends.`)
      }
      const first = colleagues.findIndex(
        (other) =>
          (extensionId !== null && other.extensionId === extensionId) ||
          (extensionNumber !== null && other.extensionNumber === extensionNumber),
      )
      if (first < index) throw new InvalidRecipientsError(`\`to\` names ${given[index]} twice.`)
    }
    return colleagues
  }
}

type Sender = { from: string } | { userId: string }

function parse({ from, userId, to, ...input }: InternalInput) {
  if (to.length === 0) {
    throw new InvalidRecipientsError('`to` is empty: name at least one colleague.')
  }
  if (to.length > maxColleagues) {
    throw new InvalidRecipientsError(
      `\`to\` has ${to.length} extensions; at most ${maxColleagues} are allowed.`,
    )
  }
  return {
    sender: parseSender(from, userId),
    to: [...to],
    text: parseText(input.text, maxInternalTextLength),
    idempotencyKey: parseIdempotencyKey(input.idempotencyKey),
    validFor: parseValidFor(input.validFor),
    sendAt: input.sendAt ?? null,
  }
}

function parseSender(from: string | null | undefined, userId: string | null | undefined): Sender {
  if (from != null && userId == null) return { from }
  if (userId != null && from == null) return { userId: parseUserId(userId) }
  throw new InvalidInputError(
    'from',
    'Name the extension that sends in `from`, or a mapped user in `userId`: one of both.',
  )
}
