import { findConversation } from '../conversations/changes.ts'
import { refreshConversations } from '../conversations/refresh.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Conversation, Message, Prisma } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { coversAbility } from '../extensions/abilities.ts'
import type { Only } from '../graphql/context.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { MessageNotFoundError } from './errors.ts'
import { tellReadStateJob } from './jobs.ts'
import { recordMessageChanged } from './status.ts'
import { whereMessageWithin } from './within.ts'

declare module '../graphql/context.ts' {
  interface Services {
    readState: ReadState
  }
}

export type ReadState = ReturnType<typeof createReadState>

/**
 * Read and unread, as people here say: at once for everybody here, with events, and a job that tells RingCentral as far
 * as the grant allows. `only`: what the viewer is limited to, which may be less than the whole conversation: its
 * number may have been somebody else's before.
 */
export function createReadState({
  db,
  eventLog,
  queue,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
}) {
  return {
    /** All of it, or up to a message that somebody has seen. @throws ConversationNotFoundError, MessageNotFoundError */
    async markRead(
      tenantId: string,
      id: string,
      upTo?: string | null,
      only?: Only,
    ): Promise<Conversation> {
      const { id: conversationId } = await findConversation(db, tenantId, id)
      const seen = upTo ? await findIn(conversationId, upTo, only) : undefined
      return change(tenantId, conversationId, true, {
        isRead: false,
        AND: seenWith(only),
        ...(seen && {
          OR: [
            { createdAt: { lt: seen.createdAt } },
            { createdAt: seen.createdAt, id: { lte: seen.id } },
          ],
        }),
      })
    },

    /** The newest message that came in. @throws ConversationNotFoundError */
    async markUnread(tenantId: string, id: string, only?: Only): Promise<Conversation> {
      const { id: conversationId } = await findConversation(db, tenantId, id)
      const newest = await db.message.findFirst({
        where: { conversationId, direction: 'INBOUND', deletedAt: null, AND: seenWith(only) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        select: { id: true },
      })
      return change(tenantId, conversationId, false, {
        id: newest?.id ?? '',
        OR: [{ isRead: null }, { isRead: true }],
      })
    },
  }

  async function findIn(
    conversationId: string,
    messageId: string,
    only: Only | undefined,
  ): Promise<Message> {
    const message = await db.message.findUnique({
      where: { id: messageId, conversationId, AND: seenWith(only) },
    })
    if (!message) throw new MessageNotFoundError(messageId)
    return message
  }

  function change(
    tenantId: string,
    conversationId: string,
    isRead: boolean,
    which: Prisma.MessageWhereInput,
  ): Promise<Conversation> {
    return eventLog.transaction(async (tx, record) => {
      const changed = await tx.message.updateManyAndReturn({
        where: { ...which, conversationId, direction: 'INBOUND' },
        data: { isRead },
      })
      await haveTold(tx, changed)
      for (const message of changed) recordMessageChanged(record, message)
      await refreshConversations(tx, record, changed)
      return findConversation(tx, tenantId, conversationId)
    })
  }

  /** What the grant does not allow stays here alone: `Message.readStateSynced` says so. */
  async function haveTold(tx: Tx, changed: readonly Message[]): Promise<void> {
    const mailboxes = Map.groupBy(changed, ({ extensionRowId }) => extensionRowId)
    for (const [extensionRowId, messages] of mailboxes) {
      const extension = await tx.extension.findUniqueOrThrow({ where: { id: extensionRowId } })
      if (!coversAbility(extension, 'SYNC_READ_STATE')) continue
      await tx.message.updateMany({
        // RingCentral keeps no read state of high-volume messages.
        where: { id: { in: messages.map(({ id }) => id) }, highVolume: false },
        data: { readToTell: true },
      })
      await queue.send(tx, tellReadStateJob, { extensionRowId }, { singletonKey: extensionRowId })
    }
  }
}

const seenWith = (only: Only | undefined) => (only ? whereMessageWithin(only) : {})
