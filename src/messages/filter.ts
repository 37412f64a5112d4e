import {
  type Message,
  type MessageDirection,
  type MessageStatus,
  type MessageType,
  Prisma,
} from '../db/generated/client/client.ts'
import { extensionIdDescription, withRowId } from '../extensions/which-extension.ts'
import { builder, tenantOf } from '../graphql/builder.ts'
import { checkRange } from '../graphql/check-range.ts'
import type { Context, Only } from '../graphql/context.ts'
import { namesOf, onlyOf } from '../graphql/narrowing.ts'
import { parseFilterNumber } from '../numbers/filter-number.ts'
import * as enums from './enums.ts'
import { isMessageWithin, sqlMessageWithin, whereMessageWithin } from './within.ts'

/** Which messages: for a list (`whereMessage`) and for a live stream (`matchesMessage`) alike. */
export const MessageFilter = builder.inputType('MessageFilter', {
  description: 'Which messages. Everything given must hold; nothing given means all.',
  fields: (t) => ({
    type: t.field({
      type: [enums.MessageType],
      description: 'One of these types: `[SMS]` for texts alone.',
    }),
    direction: t.field({ type: enums.MessageDirection, description: 'Came in, or went out.' }),
    status: t.field({ type: [enums.MessageStatus], description: 'One of these statuses.' }),
    number: t.string({
      description:
        'From or to this number, in E.164: `+12025550142`. Yours or the other side’s. Of colleagues the extension number: `101`.',
    }),
    conversationId: t.id({ description: 'Of this conversation, `cnv_…`.' }),
    extensionId: t.id({ description: `Of this extension, ${extensionIdDescription}.` }),
    text: t.string({ description: 'The text contains this, in whatever case.' }),
    createdFrom: t.field({ type: 'DateTime', description: 'Created at this moment or later.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Created before this moment.' }),
  }),
})

export type MessageFilterInput = typeof MessageFilter.$inferInput
/** A filter that was read: what its viewer is limited to goes with it. */
export type WantedMessages = MessageFilterInput & { only?: Only | undefined }

/** The filter as we compare with it: the id of our row, the number in E.164. Refuses what can find nothing. */
export async function readFilter(
  context: Context,
  given: MessageFilterInput | null | undefined,
): Promise<WantedMessages> {
  const filter = await withRowId(context.db, tenantOf(context), given)
  checkRange(['createdFrom', filter?.createdFrom], ['createdBefore', filter?.createdBefore])
  return {
    ...filter,
    ...(filter?.number != null && { number: parseFilterNumber(filter.number) }),
    only: onlyOf(context),
  }
}

export function whereMessage(tenantId: string, filter: WantedMessages | null | undefined) {
  const { type, direction, status, number, conversationId, extensionId, text } = filter ?? {}
  const { createdFrom, createdBefore, only } = filter ?? {}
  const conditions: Prisma.MessageWhereInput[] = [{ tenantId }]
  if (type) conditions.push({ type: { in: type } })
  if (direction) conditions.push({ direction })
  if (status) conditions.push({ status: { in: status } })
  if (number) conditions.push({ OR: [{ from: number }, { to: { has: number } }] })
  if (conversationId) conditions.push({ conversationId })
  if (extensionId) conditions.push({ extensionRowId: extensionId })
  if (text) conditions.push({ text: { contains: escapeLike(text), mode: 'insensitive' } })
  if (createdFrom) conditions.push({ createdAt: { gte: createdFrom } })
  if (createdBefore) conditions.push({ createdAt: { lt: createdBefore } })
  if (only) conditions.push(whereMessageWithin(only))
  return { AND: conditions } satisfies Prisma.MessageWhereInput
}

/** Whether words or lists lead to what is wanted: see db/by-index.ts. */
export const isByIndex = (filter: WantedMessages | undefined) =>
  Boolean(filter?.text || filter?.number)

/** The same as `whereMessage`, for those who ask Postgres themselves. */
export function sqlMessage(tenantId: string, filter: WantedMessages | undefined): Prisma.Sql {
  const { type, direction, status, number, conversationId, extensionId, text } = filter ?? {}
  const { createdFrom, createdBefore, only } = filter ?? {}
  const conditions = [Prisma.sql`"tenantId" = ${tenantId}`]
  if (type) conditions.push(Prisma.sql`"type" IN (${valuesOf(type)})`)
  if (direction) conditions.push(Prisma.sql`"direction" = ${valuesOf([direction])}`)
  if (status) conditions.push(Prisma.sql`"status" IN (${valuesOf(status)})`)
  if (number) conditions.push(Prisma.sql`array_append("to", "from") @> ${[number]}`)
  if (conversationId) conditions.push(Prisma.sql`"conversationId" = ${conversationId}`)
  if (extensionId) conditions.push(Prisma.sql`"extensionRowId" = ${extensionId}`)
  if (text) conditions.push(Prisma.sql`lower("text") LIKE lower(${`%${escapeLike(text)}%`})`)
  if (createdFrom) conditions.push(Prisma.sql`"createdAt" >= ${createdFrom}`)
  if (createdBefore) conditions.push(Prisma.sql`"createdAt" < ${createdBefore}`)
  if (only) conditions.push(sqlMessageWithin(only))
  return Prisma.join(conditions, ' AND ')
}

/** Of an enum, written out, so that Postgres sees which partial index has them. None at all is matched by nothing. */
function valuesOf(values: readonly (MessageType | MessageStatus | MessageDirection)[]): Prisma.Sql {
  if (values.length === 0) return Prisma.sql`NULL`
  return Prisma.raw(
    [...new Set(values)]
      .sort()
      .map((value) => `'${value}'`)
      .join(', '),
  )
}

/** Prisma hands the text to ILIKE as it is, and we to LIKE, where `%`, `_` and a backslash would mean something. */
function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}

/** By what a message in an event is found: see `Subject.namesIn`. */
export const namesInMessage = ({ from, to, extensionRowId, conversationId }: Message) => [
  from,
  ...to,
  extensionRowId,
  conversationId,
]

/** Something that each message it matches names, whatever else the filter says; undefined if there is no such thing. */
export function namesWanted({ conversationId, number, extensionId, only }: WantedMessages) {
  const name = conversationId || number || extensionId
  return name ? [name] : namesOf(only)
}

export function matchesMessage(
  message: Message,
  filter: WantedMessages | null | undefined,
): boolean {
  const { type, direction, status, number, conversationId, extensionId, text } = filter ?? {}
  const { createdFrom, createdBefore, only } = filter ?? {}
  return (
    (!only || isMessageWithin(message, only)) &&
    (!type || type.includes(message.type)) &&
    (!direction || message.direction === direction) &&
    (!status || status.includes(message.status)) &&
    (!number || message.from === number || message.to.includes(number)) &&
    (!conversationId || message.conversationId === conversationId) &&
    (!extensionId || message.extensionRowId === extensionId) &&
    (!text || message.text.toLowerCase().includes(text.toLowerCase())) &&
    (!createdFrom || message.createdAt >= createdFrom) &&
    (!createdBefore || message.createdAt < createdBefore)
  )
}
