import type { Db, Tx } from '../db/client.ts'
import type { Extension, Prisma } from '../db/generated/client/client.ts'
import { scopesFor } from '../extensions/covers.ts'

/** Extensions whose grants let us read a call log. */
export const readsCallLog = {
  grant: { isNot: null },
  scopes: { hasSome: scopesFor('ReadCallLog') },
} as const satisfies Prisma.ExtensionWhereInput

/**
 * The extensions whose logs together are a tenant's: of each account one administrator, whose log is
 * everybody's, or else each extension with its own.
 */
export async function logSources(db: Db | Tx, tenantId: string): Promise<Extension[]> {
  const readers = await db.extension.findMany({
    where: { tenantId, ...readsCallLog },
    orderBy: [{ connectedAt: 'asc' }, { id: 'asc' }],
  })
  return sourcesAmong(readers)
}

export function sourcesAmong(readers: Extension[]): Extension[] {
  const byAccount = Map.groupBy(readers, (one) => `${one.tenantId} ${one.rcAccountId}`)
  return [...byAccount.values()].flatMap((colleagues) => {
    const admin = colleagues.find((one) => one.isAdmin)
    return admin ? [admin] : colleagues
  })
}

/** The one whose log brings the calls of an extension; undefined when no grant lets us read it. */
export async function logSourceOf(
  db: Db | Tx,
  { id, tenantId, rcAccountId }: Extension,
): Promise<Extension | undefined> {
  const all = await logSources(db, tenantId)
  return all.find((one) => one.rcAccountId === rcAccountId && (one.isAdmin || one.id === id))
}

/** As of when a tenant's log is, or that of one extension: the oldest of its parts; null when one was never read. */
export async function logAsOf(
  db: Db,
  tenantId: string,
  extensionRowId: string | null | undefined,
): Promise<Date | null> {
  const extension =
    extensionRowId && (await db.extension.findUnique({ where: { id: extensionRowId, tenantId } }))
  if (extensionRowId && !extension) return null
  const source = extension ? await logSourceOf(db, extension) : undefined
  const parts = extension ? (source ? [source] : []) : await logSources(db, tenantId)
  const times = parts.map(({ callLogSyncedAt }) => callLogSyncedAt?.getTime() ?? 0)
  const oldest = Math.min(...times)
  return Number.isFinite(oldest) && oldest > 0 ? new Date(oldest) : null
}
