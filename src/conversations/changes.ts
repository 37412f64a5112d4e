import type { Db, Tx } from '../db/client.ts'
import type { Conversation, Prisma } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { parseUserId } from '../extensions/user-mapping.ts'
import type { Clock } from '../lib/clock.ts'
import { ConversationNotFoundError } from './errors.ts'
import { recordConversationChanged } from './refresh.ts'

declare module '../graphql/context.ts' {
  interface Services {
    conversationChanges: ConversationChanges
  }
}

export type ConversationChanges = ReturnType<typeof createConversationChanges>

/** What people do with conversations, which RingCentral knows nothing of. What stands so already stays, without an event. */
export function createConversationChanges({
  eventLog,
  clock,
}: {
  eventLog: EventLog
  clock: Clock
}) {
  function change(
    tenantId: string,
    id: string,
    from: Prisma.ConversationWhereInput,
    data: Prisma.ConversationUncheckedUpdateManyInput,
  ): Promise<Conversation> {
    return eventLog.transaction(async (tx, record) => {
      const [changed] = await tx.conversation.updateManyAndReturn({
        where: { id, tenantId, ...from },
        data,
      })
      if (!changed) return findConversation(tx, tenantId, id)
      recordConversationChanged(record, changed)
      return changed
    })
  }

  /** Each throws ConversationNotFoundError. */
  return {
    archive: (tenantId: string, id: string) =>
      change(tenantId, id, { archivedAt: null }, { archivedAt: clock.now() }),

    unarchive: (tenantId: string, id: string) =>
      change(tenantId, id, { archivedAt: { not: null } }, { archivedAt: null }),

    /** To a user of the application, or to nobody. @throws InvalidInputError */
    assign(tenantId: string, id: string, userId: string | null | undefined) {
      const assigneeId = userId == null ? null : parseUserId(userId)
      const others = { assigneeId: { not: assigneeId } }
      // Null is unlike nobody in SQL.
      const from = assigneeId === null ? others : { OR: [{ assigneeId: null }, others] }
      return change(tenantId, id, from, { assigneeId })
    },
  }
}

/** @throws ConversationNotFoundError */
export async function findConversation(
  db: Db | Tx,
  tenantId: string,
  id: string,
): Promise<Conversation> {
  const conversation = await db.conversation.findUnique({ where: { id, tenantId } })
  if (!conversation) throw new ConversationNotFoundError(id)
  return conversation
}
