import type { Conversation, Prisma } from '../db/generated/client/client.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context, Only } from '../graphql/context.ts'
import { onlyOf } from '../graphql/narrowing.ts'
import { ConversationNotFoundError } from './errors.ts'

/** The conversations of a client token's extensions, and of its numbers. */
export const whereConversationWithin = ({
  extensionIds,
  numbers,
}: Only): Prisma.ConversationWhereInput => ({
  OR: [{ extensionRowId: { in: [...extensionIds] } }, { number: { in: [...numbers] } }],
})

export const isConversationWithin = (
  { extensionRowId, number }: Pick<Conversation, 'extensionRowId' | 'number'>,
  { extensionIds, numbers }: Only,
): boolean => extensionIds.includes(extensionRowId) || numbers.includes(number)

/** Most are told nothing; a client token hears of a conversation outside its limit that there is none. @throws ConversationNotFoundError */
export async function requireConversationWithin(context: Context, id: string): Promise<void> {
  const only = onlyOf(context)
  if (!only) return
  const where = { id, tenantId: tenantOf(context), AND: whereConversationWithin(only) }
  if (!(await context.db.conversation.findUnique({ where })))
    throw new ConversationNotFoundError(id)
}
