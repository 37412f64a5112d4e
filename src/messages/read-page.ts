import { type Message, Prisma } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import { asGateway } from '../lib/request-scope.ts'
import { isByIndex, sqlMessage, type WantedMessages } from './filter.ts'

/** A page as Relay asks for it: so many of the newest or, negative, of the oldest, beyond the one with this id. */
export type MessagePage = { take: number; cursor?: string | undefined }

// By name: a prepared `SELECT *` breaks in the process that stays when a newer one adds a column.
const allColumns = Object.values(Prisma.MessageScalarFieldEnum)

/**
 * A page of messages, newest first, with these columns, or all. The first and the thousandth cost the same: an index leads
 * to where it begins. Empty also when the cursor names nothing.
 */
export async function readMessages(
  readRows: ReadRows,
  tenantId: string,
  wanted: WantedMessages | undefined,
  page: MessagePage,
  columns: readonly string[] = allColumns,
): Promise<Message[]> {
  const { take, cursor } = page
  const isBackward = take < 0
  const direction = isBackward ? Prisma.sql`ASC` : Prisma.sql`DESC`
  const order = Prisma.sql`ORDER BY "createdAt" ${direction}, "id" ${direction}`
  const beyond =
    cursor === undefined
      ? Prisma.empty
      : Prisma.sql`AND ("createdAt", "id") ${isBackward ? Prisma.sql`>` : Prisma.sql`<`} (
          SELECT "createdAt", "id" FROM "Message" WHERE "id" = ${cursor} AND "tenantId" = ${tenantId})`
  // Written out: of a number that it does not know, Postgres thinks that it is large.
  const limit = Prisma.raw(String(Math.abs(take)))
  const where = Prisma.sql`WHERE ${sqlMessage(tenantId, wanted)} ${beyond} ${order} LIMIT ${limit}`
  const what = Prisma.raw(columns.map((name) => `"${name}"`).join(', '))

  const rows = isByIndex(wanted)
    ? await readFound(await find(where), what, order)
    : await readRows<Message>(Prisma.sql`SELECT ${what} FROM "Message" ${where}`)
  return isBackward ? rows.reverse() : rows

  /** As `idsByIndex` of db/by-index.ts. */
  async function find(where: Prisma.Sql): Promise<string[]> {
    const found = await asGateway(() =>
      readRows<{ id: string }>(Prisma.sql`SELECT "id" FROM "Message" ${where}`, { byValue: true }),
    )
    return found.map(({ id }) => id)
  }

  async function readFound(ids: string[], what: Prisma.Sql, order: Prisma.Sql): Promise<Message[]> {
    return readRows(Prisma.sql`SELECT ${what} FROM "Message" WHERE "id" = ANY(${ids}) ${order}`)
  }
}

/** How many there are, on all pages together. */
export async function countMessages(
  readRows: ReadRows,
  tenantId: string,
  wanted: WantedMessages | undefined,
): Promise<number> {
  const count = () =>
    readRows<{ count: number }>(
      Prisma.sql`SELECT count(*)::int AS "count" FROM "Message" WHERE ${sqlMessage(tenantId, wanted)}`,
      { byValue: true },
    )
  const [row] = await (isByIndex(wanted) ? asGateway(count) : count())
  return row?.count ?? 0
}
