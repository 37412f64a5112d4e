import { type Message, Prisma } from '../db/generated/client/client.ts'
import { createBatch } from '../graphql/batch.ts'
import { tenantWith } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'
import { onlyOf, within } from '../graphql/narrowing.ts'
import { whereMessageWithin } from './within.ts'

/** A page as Relay asks for it: so many of the newest or, negative, of the oldest; what is included goes along. */
type Page = Pick<Prisma.MessageFindManyArgs, 'take' | 'skip' | 'include' | 'cursor'>
type Wanted = { conversationId: string; page: Page }

const newestFirst = [
  { createdAt: 'desc' },
  { id: 'desc' },
] satisfies Prisma.MessageOrderByWithRelationInput[]

/** A page of a conversation's messages, newest first: for a list of conversations, all their first pages at once. */
export function messagesOf(
  context: Context,
  conversationId: string,
  page: Page,
): Promise<Message[]> {
  // All first pages are one question, in which a limit has no place.
  if (!page.cursor && !onlyOf(context)) return firstPage(context, { conversationId, page })
  return context.db.message.findMany({
    ...page,
    where: {
      conversationId,
      tenantId: tenantWith(context, 'messages:read'),
      AND: within(context, whereMessageWithin),
    },
    orderBy: newestFirst,
  })
}

const firstPage = createBatch<Wanted, Message[]>(async (context, wanted) => {
  // Under another alias a page may be of another size, or have other things with it.
  const alike = Map.groupBy(wanted, ({ page }) => JSON.stringify(page))
  const pages = new Map<Wanted, Message[]>()
  for (const group of alike.values()) {
    const ids = [...new Set(group.map(({ conversationId }) => conversationId))]
    const found = await firstOfEach(context, ids, group[0]?.page ?? {})
    const byConversation = Map.groupBy(found, ({ conversationId }) => conversationId)
    for (const one of group) pages.set(one, byConversation.get(one.conversationId) ?? [])
  }
  return wanted.map((one) => pages.get(one) ?? [])
})

/** By one walk of the index in each conversation: Prisma would read all messages of all of them. */
async function firstOfEach(
  context: Context,
  conversationIds: string[],
  { take = 0, include }: Page,
): Promise<Message[]> {
  const tenantId = tenantWith(context, 'messages:read')
  const order = Prisma.sql([take < 0 ? '"createdAt", "id"' : '"createdAt" DESC, "id" DESC'])
  const found = await context.db.$queryRaw<Message[]>`
    SELECT message.* FROM unnest(${conversationIds}::text[]) AS wanted("id")
    CROSS JOIN LATERAL (
      SELECT * FROM "Message" WHERE "conversationId" = wanted."id" AND "tenantId" = ${tenantId}
      ORDER BY ${order} LIMIT ${Math.abs(take)}) AS message
    ORDER BY message."createdAt" DESC, message."id" DESC`
  if (!include) return found
  const ids = found.map(({ id }) => id)
  return context.db.message.findMany({
    include,
    where: { id: { in: ids }, tenantId },
    orderBy: newestFirst,
  })
}
