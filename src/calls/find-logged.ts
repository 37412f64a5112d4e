import type { Db } from '../db/client.ts'
import type { Call, Prisma } from '../db/generated/client/client.ts'
import { type CallLogFilterInput, whereLogged } from './filter.ts'

export const newestFirst = [
  { startedAt: 'desc' },
  { id: 'desc' },
] satisfies Prisma.CallOrderByWithRelationInput[]

/** A page as Relay asks for it: so many from the front or, negative, from the back, beyond a cursor. */
type Page = Pick<Prisma.CallFindManyArgs, 'take' | 'skip' | 'include'> & {
  cursor?: { id?: string | undefined }
}

/** A page of the log, newest first, however long the log is: an index leads to each page, and to each number. */
export async function findLogged(
  db: Db,
  tenantId: string,
  filter: CallLogFilterInput | null | undefined,
  { cursor, take, skip, ...query }: Page,
): Promise<Call[]> {
  const id = cursor?.id
  const at = id === undefined ? null : await db.call.findUnique({ where: { id, tenantId } })
  if (id !== undefined && !at) return []
  const { number, ...others } = filter ?? {}
  const conditions = [whereLogged(tenantId, others), ...(at ? [beyond(at, take)] : [])]
  const find = (where: Prisma.CallWhereInput) =>
    db.call.findMany({
      ...query,
      take,
      // With a cursor of our own: Prisma's has Postgres walk the log from its beginning to there.
      skip: at ? undefined : skip,
      where: { AND: [...conditions, where] },
      orderBy: newestFirst,
    })
  if (!number) return find({})
  // One after the other: of "from or to" Postgres expects too many, and reads the whole log for them.
  const sides = await Promise.all([find({ fromNumber: number }), find({ toNumber: number })])
  const both = new Map(sides.flat().map((call) => [call.id, call]))
  const sorted = [...both.values()].sort(byNewest)
  return take !== undefined && take < 0 ? sorted.slice(take) : sorted.slice(0, take)
}

function beyond({ startedAt, id }: Call, take = 0): Prisma.CallWhereInput {
  const [newer, older] = [
    { gte: startedAt, or: [{ startedAt: { gt: startedAt } }, { id: { gt: id } }] },
    { lte: startedAt, or: [{ startedAt: { lt: startedAt } }, { id: { lt: id } }] },
  ]
  const { or, ...bound } = take < 0 ? newer : older
  return { startedAt: bound, OR: or }
}

function byNewest(one: Call, other: Call): number {
  return +other.startedAt - +one.startedAt || (one.id < other.id ? 1 : -1)
}
