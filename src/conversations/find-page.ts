import { idsByIndex } from '../db/by-index.ts'
import type { Db } from '../db/client.ts'
import type { Conversation, Prisma } from '../db/generated/client/client.ts'

const newestFirst = [
  { lastMessageAt: 'desc' },
  { id: 'desc' },
] satisfies Prisma.ConversationOrderByWithRelationInput[]

/** A page as Relay asks for it: so many from the front or, negative, from the back, beyond a cursor. */
type Page = Pick<Prisma.ConversationFindManyArgs, 'take' | 'skip' | 'include'> & {
  cursor?: { id?: string | undefined }
}

/**
 * A page of conversations, newest first, however many there are: an index leads to it. With a cursor of our own:
 * Prisma's has Postgres walk the list from its beginning. `isByIndex`: what is wanted is found as in db/by-index.ts.
 */
export async function findPage(
  db: Db,
  tenantId: string,
  where: Prisma.ConversationWhereInput,
  { cursor, ...page }: Page,
  isByIndex: boolean,
): Promise<Conversation[]> {
  const id = cursor?.id
  if (id === undefined) return find({ ...page, where })
  const at = await db.conversation.findUnique({ where: { id, tenantId } })
  if (!at) return []
  return find({
    ...page,
    // The one of the cursor is left out already.
    skip: undefined,
    where: { AND: [where, beyond(at, page.take)] },
  })

  async function find({ include, ...wanted }: Prisma.ConversationFindManyArgs) {
    const orderBy = newestFirst
    if (!isByIndex) return db.conversation.findMany({ ...wanted, include, orderBy })
    const ids = await idsByIndex(() =>
      db.conversation.findMany({ ...wanted, orderBy, select: { id: true } }),
    )
    return db.conversation.findMany({ include, where: { id: { in: ids } }, orderBy })
  }
}

/** What comes after a conversation in the list; with a negative `take`, what comes before it. */
function beyond({ lastMessageAt, id }: Conversation, take = 0): Prisma.ConversationWhereInput {
  return take < 0
    ? {
        lastMessageAt: { gte: lastMessageAt },
        OR: [{ lastMessageAt: { gt: lastMessageAt } }, { id: { gt: id } }],
      }
    : {
        lastMessageAt: { lte: lastMessageAt },
        OR: [{ lastMessageAt: { lt: lastMessageAt } }, { id: { lt: id } }],
      }
}
