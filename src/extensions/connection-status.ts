import type { Db } from '../db/client.ts'

/** How a tenant's connection stands, over all its extensions. */
export async function connectionStatus(db: Db, tenantId: string) {
  const extensions = await db.extension.findMany({
    where: { tenantId, status: { not: 'REVOKED' }, grant: { isNot: null } },
    orderBy: { connectedAt: 'desc' },
    select: { status: true, rcAccountId: true, grant: { select: { refreshTokenExpiresAt: true } } },
  })
  const ends = extensions.flatMap(({ grant }) => grant?.refreshTokenExpiresAt.getTime() ?? [])
  return {
    connected: extensions.length > 0,
    expiresAt: ends.length > 0 ? new Date(Math.max(...ends)) : null,
    rcAccountId: extensions[0]?.rcAccountId ?? null,
    activeExtensions: extensions.filter(({ status }) => status === 'ACTIVE').length,
  }
}
