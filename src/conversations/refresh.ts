import type { Tx } from '../db/client.ts'
import type { Conversation } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'

/** A message that was written or changed; `wakes`: it came in just now, so its conversation is archived no more. */
export type Touched = { conversationId: string | null; wakes?: boolean }

/**
 * Brings conversations up to their messages: the newest one, and how many are unread. They are counted anew under
 * the conversation's lock rather than added up, so whatever order transactions commit in, the last one is right.
 *
 * Called once a transaction, after its messages are written: the order of all locks is message, conversation,
 * event counter.
 */
export async function refreshConversations(
  tx: Tx,
  record: RecordEvent,
  touched: readonly Touched[],
): Promise<void> {
  const ids = idsIn(touched)
  if (ids.length === 0) return
  const awake = idsIn(touched.filter(({ wakes }) => wakes))
  await tx.$queryRaw`
    SELECT 1 FROM "Conversation" WHERE "id" = ANY(${ids}::text[]) ORDER BY "id" FOR NO KEY UPDATE`
  const changed = await tx.$queryRaw<Conversation[]>`
    UPDATE "Conversation" AS conversation SET
      "lastMessageId" = newest."id", "lastMessageAt" = newest."createdAt",
      "extensionRowId" = newest."extensionRowId", "unreadCount" = newest."unread",
      "archivedAt" = CASE WHEN newest."awake" THEN NULL ELSE conversation."archivedAt" END
    FROM (
      SELECT touched."id" AS "conversationId", touched."id" = ANY(${awake}::text[]) AS "awake", last.*,
        (SELECT count(*)::int FROM "Message" WHERE "conversationId" = touched."id"
          AND "direction" = 'INBOUND' AND "isRead" = false AND "deletedAt" IS NULL) AS "unread"
      FROM unnest(${ids}::text[]) AS touched("id")
      CROSS JOIN LATERAL (
        SELECT "id", "createdAt", "extensionRowId" FROM "Message" WHERE "conversationId" = touched."id"
        ORDER BY "createdAt" DESC, "id" DESC LIMIT 1) AS last
    ) AS newest
    WHERE conversation."id" = newest."conversationId"
      AND ((conversation."lastMessageId", conversation."unreadCount", conversation."lastMessageAt")
          IS DISTINCT FROM (newest."id", newest."unread", newest."createdAt")
        OR newest."awake" AND conversation."archivedAt" IS NOT NULL)
    RETURNING conversation.*`
  for (const conversation of changed) recordConversationChanged(record, conversation)
}

function idsIn(touched: readonly Touched[]): string[] {
  return [...new Set(touched.flatMap(({ conversationId }) => conversationId ?? []))]
}

/** Says to whom it concerns how a conversation stands now. */
export function recordConversationChanged(record: RecordEvent, conversation: Conversation): void {
  // What only the gateway's own looking up needs.
  const { key: _, searchText: _too, ...snapshot } = conversation
  const { tenantId, id: subjectId } = conversation
  record({ type: 'conversation.changed', tenantId, subjectId, snapshot })
}
