import type { Db } from '../db/client.ts'
import { featuresOf } from '../tenants/features.ts'
import { allAbilities, needsOf } from './abilities.ts'
import type { Problem } from './app-schema.ts'
import type { Apps } from './apps.ts'
import { covers } from './covers.ts'

/** What of the app's registration is in the way of a tenant's people. */
export async function connectionProblems(db: Db, apps: Apps, tenantId: string): Promise<Problem[]> {
  const own = await apps.ownOf(tenantId)
  const last = await db.connectAttempt.findFirst({
    where: { tenantId, usedAt: { not: null }, appId: own?.id ?? null },
    orderBy: { createdAt: 'desc' },
    select: { failure: true, createdAt: true },
  })
  // What was found before the app was set anew may be mended.
  const holds = last && (!own || last.createdAt > own.setAt)
  const scopes = await missingScopes(db, tenantId)
  return [
    ...(holds && last.failure ? [{ code: last.failure, scopes: [] }] : []),
    ...(scopes.length > 0 ? [{ code: 'MISSING_SCOPES' as const, scopes }] : []),
  ]
}

async function missingScopes(db: Db, tenantId: string): Promise<string[]> {
  const features = await featuresOf(db, tenantId)
  const granted = await db.extension.findMany({
    where: { tenantId, grant: { isNot: null } },
    select: { scopes: true },
    distinct: ['scopes'],
  })
  const wanted = allAbilities.flatMap((ability) => {
    const { scopes, features: needed = [], number } = needsOf(ability)
    // RingCentral gives the scope of high-volume numbers only to who has them.
    const isOptional = number === 'A2PSmsSender'
    return isOptional || !needed.every((feature) => features.has(feature)) ? [] : scopes
  })
  return [...new Set(wanted)]
    .filter((scope) => granted.some((extension) => !covers(extension, scope)))
    .sort()
}
