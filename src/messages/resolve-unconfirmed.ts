import { requireNoneOptedOut } from '../consents/opted-out.ts'
import { ensureConversation } from '../conversations/ensure.ts'
import { refreshConversations } from '../conversations/refresh.ts'
import type { Tx } from '../db/client.ts'
import type { Message, MessageResolution } from '../db/generated/client/client.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import { ExtensionRevokedError } from '../extensions/errors.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { colleaguesOf } from './colleagues.ts'
import { MessageNotFoundError, NotUnconfirmedError } from './errors.ts'
import { attachmentsOf } from './mailbox-facts.ts'
import { useMediaOf } from './outbound-media.ts'
import { wakeLane } from './send-lane.ts'
import { noteStep, recordStatus } from './status.ts'

declare module '../graphql/context.ts' {
  interface Services {
    resolveUnconfirmed: ResolveUnconfirmed
  }
}

export type ResolveUnconfirmed = (
  tenantId: string,
  messageId: string,
  resolution: MessageResolution,
) => Promise<Message>

/**
 * Does what the tenant decided about a message of which nobody knows whether it was sent. It stays
 * UNCONFIRMED, which is the truth, until RingCentral shows it after all; sending once more makes a
 * message of its own. The same decision again answers the same.
 *
 * Throws MessageNotFoundError, NotUnconfirmedError, ExtensionRevokedError, RecipientOptedOutError.
 */
export function createResolveUnconfirmed({
  eventLog,
  queue,
  clock,
}: {
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): ResolveUnconfirmed {
  return (tenantId, messageId, resolution) =>
    eventLog.transaction(async (tx, record) => {
      // Held until the commit: of two who decide, the second sees what the first decided; and so that
      // RingCentral does not show the message in between.
      const [resolved] = await tx.message.updateManyAndReturn({
        where: { id: messageId, tenantId, status: 'UNCONFIRMED', resolution: null },
        data: { resolution, resolvedAt: clock.now() },
      })
      if (!resolved) return alreadyResolved(tx, tenantId, messageId, resolution)
      const resent = resolution === 'RESENT' ? await resend(tx, record, resolved) : undefined
      await noteStep(tx, resolved, {
        note: resent ? `Sent once more, as ${resent.id}.` : 'Given up: left as it is.',
      })
      recordStatus(record, resolved)
      if (resent) {
        await wakeLane(tx, queue, resent.extensionRowId)
        await refreshConversations(tx, record, [resent])
      }
      return resent ?? resolved
    })

  async function resend(tx: Tx, record: RecordEvent, original: Message): Promise<Message> {
    const {
      id: resendOfId,
      tenantId,
      extensionRowId,
      type,
      from,
      to,
      text,
      ignoreQuietHours,
    } = original
    // A second text that confirms an opt-out would be one too many.
    const purpose = original.purpose === 'HELP_REPLY' ? original.purpose : null
    const extension = await tx.extension.findUniqueOrThrow({ where: { id: extensionRowId } })
    if (extension.status === 'REVOKED') {
      throw new ExtensionRevokedError(extension.extensionId, extension.name)
    }
    const written = {
      tenantId,
      extensionRowId,
      type,
      direction: 'OUTBOUND',
      from,
      to,
      createdAt: clock.now(),
    } as const
    const message = await tx.message.create({
      data: {
        id: createId('Message'),
        ...written,
        status: 'QUEUED',
        text,
        ignoreQuietHours,
        purpose,
        colleagues: colleaguesOf(original),
        attachments: attachmentsOf(original),
        resendOfId,
        conversationId: await ensureConversation(tx, written),
      },
    })
    await useMediaOf(tx, original, message)
    // Those who have opted out since. The answer to a HELP goes also to them, as it did the first time.
    if (type === 'SMS' && !purpose) {
      await requireNoneOptedOut(tx, { tenantId, number: from, others: to })
    }
    recordStatus(record, message)
    return message
  }
}

async function alreadyResolved(
  tx: Tx,
  tenantId: string,
  messageId: string,
  resolution: MessageResolution,
): Promise<Message> {
  const message = await tx.message.findUnique({
    where: { id: messageId, tenantId },
    include: { resentAs: true },
  })
  if (!message) throw new MessageNotFoundError(messageId)
  if (message.resolution !== resolution) {
    throw new NotUnconfirmedError(message.id, message.status, message.resolution)
  }
  const { resentAs, ...resolved } = message
  return resentAs ?? resolved
}
