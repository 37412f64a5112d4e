import { type Message, Prisma } from '../db/generated/client/client.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context, Only } from '../graphql/context.ts'
import { onlyOf } from '../graphql/narrowing.ts'
import { MessageNotFoundError } from './errors.ts'

/** The messages of a client token's extensions, what went out from its numbers, and what came in to them. */
export const whereMessageWithin = ({ extensionIds, numbers }: Only): Prisma.MessageWhereInput => ({
  OR: [
    { extensionRowId: { in: [...extensionIds] } },
    { direction: 'OUTBOUND', from: { in: [...numbers] } },
    { direction: 'INBOUND', to: { hasSome: [...numbers] } },
  ],
})

/** The same, for those who ask Postgres themselves. */
export const sqlMessageWithin = ({ extensionIds, numbers }: Only): Prisma.Sql =>
  Prisma.sql`("extensionRowId" = ANY(${[...extensionIds]})
    OR "direction" = 'OUTBOUND' AND "from" = ANY(${[...numbers]})
    OR "direction" = 'INBOUND' AND "to" && ${[...numbers]})`

export function isMessageWithin(
  { extensionRowId, direction, from, to }: Message,
  { extensionIds, numbers }: Only,
): boolean {
  if (extensionIds.includes(extensionRowId)) return true
  return (direction === 'OUTBOUND' ? [from] : to).some((number) => numbers.includes(number))
}

/** Most are told nothing; a client token hears of a message outside its limit that there is none. @throws MessageNotFoundError */
export async function requireMessageWithin(context: Context, id: string): Promise<void> {
  const only = onlyOf(context)
  if (!only) return
  const where = { id, tenantId: tenantOf(context), AND: whereMessageWithin(only) }
  if (!(await context.db.message.findUnique({ where }))) throw new MessageNotFoundError(id)
}
