import { ensureConversations } from '../conversations/ensure.ts'
import { refreshConversations } from '../conversations/refresh.ts'
import type { Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { asMessage, ownNumberIn } from '../messages/as-message.ts'
import { hearKeywords } from '../messages/hear-keywords.ts'
import { requestMedia } from '../messages/inbound-media.ts'
import { adoptRecord } from '../messages/match-sent.ts'
import { whoseRecord } from '../messages/whose-record.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'

/**
 * Writes older messages of both directions, once: what is known already stays as it is. They are no news, so nobody is told
 * that they were received; their conversations are, and archived ones stay archived.
 *
 * @returns how many were new, and of how many it is open whose they are
 */
export async function recordHistory(
  tx: Tx,
  record: RecordEvent,
  deps: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  { id: extensionRowId, tenantId }: Extension,
  records: readonly MessageRecord[],
): Promise<{ imported: number; open: number }> {
  const known = await tx.message.findMany({
    where: {
      extensionRowId,
      highVolume: false,
      rcMessageId: { in: records.map(({ id }) => id) },
    },
    select: { rcMessageId: true },
  })
  const ids = new Set(known.map(({ rcMessageId }) => rcMessageId))
  const older: MessageRecord[] = []
  let open = 0
  const mayBeOurs = await anyUnsettled(tx, extensionRowId)
  for (const one of records.filter(({ id }) => !ids.has(id))) {
    const found =
      one.direction === 'Outbound' && mayBeOurs
        ? await whoseRecord(tx, extensionRowId, one)
        : undefined
    if (found?.whose === 'open') open += 1
    else if (found?.whose === 'ours') {
      await adoptRecord(tx, record, deps, found.message, found.attempt, one)
    } else older.push(one)
  }
  const imported = await write(tx, record, { tenantId, extensionRowId }, older, deps)
  return { imported, open }
}

/** Asked once for a page: as a rule there is nothing that an old record could be. */
async function anyUnsettled(tx: Tx, extensionRowId: string): Promise<boolean> {
  const unsettled = await tx.message.findFirst({
    where: {
      extensionRowId,
      direction: 'OUTBOUND',
      status: { in: ['SENDING', 'UNCONFIRMED'] },
      rcMessageId: null,
    },
    select: { id: true },
  })
  return unsettled !== null
}

async function write(
  tx: Tx,
  record: RecordEvent,
  mailbox: { tenantId: string; extensionRowId: string },
  records: readonly MessageRecord[],
  deps: { queue: Pick<JobQueue, 'send'>; clock: Clock },
): Promise<number> {
  const messages = records.flatMap((one) => {
    const message = asMessage(mailbox, one)
    return message ? { ...message, own: ownNumberIn(one) } : []
  })
  const conversationIds = await ensureConversations(tx, messages)
  const written = await tx.message.createManyAndReturn({
    data: messages.map(({ own: _, ...message }, index) => ({
      ...message,
      conversationId: conversationIds[index] ?? null,
      importedAt: deps.clock.now(),
    })),
    skipDuplicates: true,
  })
  for (const message of written) await requestMedia(tx, deps.queue, message)
  await hearKeywords(
    tx,
    record,
    deps,
    written.filter(({ direction }) => direction === 'INBOUND'),
  )
  await refreshConversations(tx, record, written)
  return written.length
}
