import type { Db } from '../db/client.ts'
import type { Call, Prisma } from '../db/generated/client/client.ts'
import { type WantedLog, whereLogged } from './filter.ts'

export const newestFirst = [
  { startedAt: 'desc' },
  { id: 'desc' },
] satisfies Prisma.CallOrderByWithRelationInput[]

/** A page as Relay asks for it: so many from the front or, negative, from the back, beyond a cursor. */
type Page = Pick<Prisma.CallFindManyArgs, 'take' | 'skip' | 'include'> & {
  cursor?: { id?: string | undefined }
}

/**
 * A page of the log, newest first, however long the log is: an index leads to each page, to each number and
 * into each extension's part. With a cursor of our own: Prisma's has Postgres walk the log from its beginning.
 */
export async function findLogged(
  db: Db,
  tenantId: string,
  filter: WantedLog,
  { cursor, ...page }: Page,
): Promise<Call[]> {
  const id = cursor?.id
  const at = id === undefined ? null : await db.call.findUnique({ where: { id, tenantId } })
  if (id !== undefined && !at) return []
  const { numbers, extensionId, ...others } = filter
  if (numbers) return findByNumbers(numbers)
  return extensionId ? findByExtension(extensionId) : find(others)

  function find(wanted: WantedLog, ...more: Prisma.CallWhereInput[]): Promise<Call[]> {
    const place = at && beyond(at, page.take)
    const there = place
      ? [{ startedAt: place.startedAt, OR: [place.times, { id: place.ids }] }]
      : []
    return db.call.findMany({
      ...page,
      skip: at ? undefined : page.skip,
      where: { AND: [whereLogged(tenantId, wanted), ...there, ...more] },
      orderBy: newestFirst,
    })
  }

  /** One side and number after the other: of several Postgres expects too many, and reads the whole log for them. */
  async function findByNumbers(numbers: string[]): Promise<Call[]> {
    const wanted = { ...others, extensionId }
    const sides = await Promise.all(
      numbers.flatMap((number) => [
        find(wanted, { fromNumber: number }),
        find(wanted, { toNumber: number }),
      ]),
    )
    const both = new Map(sides.flat().map((call) => [call.id, call]))
    const sorted = [...both.values()].sort(byNewest)
    const { take } = page
    return take !== undefined && take < 0 ? sorted.slice(take) : sorted.slice(0, take)
  }

  /** By the places in its log: calls of one who has few, or old ones, would be looked for in everybody's. */
  async function findByExtension(extensionRowId: string): Promise<Call[]> {
    const place = at && beyond(at, page.take)
    const places = await db.callPlace.findMany({
      take: page.take,
      skip: at ? undefined : page.skip,
      where: {
        tenantId,
        extensionRowId,
        ...(place && { startedAt: place.startedAt, OR: [place.times, { callId: place.ids }] }),
        call: whereLogged(tenantId, others),
      },
      orderBy: [{ startedAt: 'desc' }, { callId: 'desc' }],
      include: { call: page.include ? { include: page.include } : true },
    })
    return places.map(({ call }) => call)
  }
}

/** What comes after a call in the list; with a negative `take`, what comes before it. */
function beyond({ startedAt, id }: Call, take = 0) {
  return take < 0
    ? { startedAt: { gte: startedAt }, times: { startedAt: { gt: startedAt } }, ids: { gt: id } }
    : { startedAt: { lte: startedAt }, times: { startedAt: { lt: startedAt } }, ids: { lt: id } }
}

function byNewest(one: Call, other: Call): number {
  return +other.startedAt - +one.startedAt || (one.id < other.id ? 1 : -1)
}
