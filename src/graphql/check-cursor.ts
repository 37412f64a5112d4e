import { Prisma } from '../db/generated/client/client.ts'
import { type IdKind, idPrefixes, kindOfId } from '../lib/ids.ts'
import type { Context } from './context.ts'
import { topLevelError } from './errors.ts'
import { type IsWithin, onlyOf } from './narrowing.ts'

/** Lists whose order a search makes: their cursors are the how manyeth. All others name the row. */
const byOffset: readonly string[] = ['DirectoryEntry'] satisfies IdKind[]

export type Place = { name: 'after' | 'before'; cursor: string }

/**
 * Refuses a cursor that cannot be of this list. Left to itself it would find nothing, and the client
 * would take that for the end. Answers the id of the row that it names; undefined in lists that a search makes.
 */
export function readCursor(kind: string, place: Place): string | undefined {
  const decoded = Buffer.from(place.cursor, 'base64').toString()
  if (byOffset.includes(kind)) {
    if (!/^OffsetConnection:\d{1,9}$/.test(decoded)) throw foreign(place)
    return undefined
  }
  const id = idOfCursor(place.cursor)
  if (!id || !isKind(kind) || kindOfId(id) !== kind) throw foreign(place)
  return id
}

/** What Pothos makes cursors of, which is the id of a row. */
export function idOfCursor(cursor: string): string | undefined {
  return /^GPC:S:(\w+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1]
}

/** Refuses a cursor whose row is not there any more, or never was the viewer's. */
export async function checkCursor(
  context: Context,
  kind: string,
  place: Place,
  isWithin?: IsWithin,
): Promise<void> {
  const id = readCursor(kind, place)
  if (id !== undefined && !(await isThere(context, kind as IdKind, id, isWithin))) throw gone(place)
}

function isKind(name: string): name is IdKind {
  return Object.hasOwn(idPrefixes, name)
}

/** Whether the viewer has it (still): the place of a row that has been deleted is not known any more. */
async function isThere(
  { db, viewer }: Context,
  kind: IdKind,
  id: string,
  isWithin?: IsWithin,
): Promise<boolean> {
  const only = onlyOf({ viewer })
  const columns = only && isWithin ? Prisma.raw('*') : Prisma.raw('1')
  const theirs =
    viewer.kind === 'tenant' ? Prisma.sql`AND "tenantId" = ${viewer.tenantId}` : Prisma.empty
  const found = await db.$queryRaw<unknown[]>`
    SELECT ${columns} FROM ${Prisma.raw(`"${kind}"`)} WHERE "id" = ${id} ${theirs}`
  return found.some((row) => !only || !isWithin || isWithin(row, only))
}

function foreign({ name }: Place) {
  const cursor =
    name === 'after'
      ? '`pageInfo.endCursor` of the page before'
      : '`pageInfo.startCursor` of the page that follows'
  return topLevelError(
    'BAD_USER_INPUT',
    `\`${name}\` is no cursor of this list: take ${cursor}, as it is, from the same list. Leave it out to begin.`,
  )
}

function gone({ name }: Place) {
  return topLevelError(
    'BAD_USER_INPUT',
    `What \`${name}\` points at is not in this list any more, so nobody knows what follows: begin again without \`${name}\`.`,
  )
}
