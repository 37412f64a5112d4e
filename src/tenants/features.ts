import type { Db, Tx } from '../db/client.ts'
import { Feature, type Prisma } from '../db/generated/client/client.ts'
import { FeatureDisabledError } from './errors.ts'

export const allFeatures = Object.values(Feature)

/** What a tenant has switched on: everything, but for what it has switched off. */
export async function featuresOf(db: Db | Tx, tenantId: string): Promise<ReadonlySet<Feature>> {
  const tenant = await db.tenant.findUnique({
    where: { id: tenantId },
    select: { disabledFeatures: true },
  })
  return featuresBut(tenant?.disabledFeatures ?? [])
}

export function featuresBut(disabled: readonly Feature[]): ReadonlySet<Feature> {
  return new Set(allFeatures.filter((feature) => !disabled.includes(feature)))
}

export async function isOn(db: Db | Tx, tenantId: string, feature: Feature): Promise<boolean> {
  return (await featuresOf(db, tenantId)).has(feature)
}

/** The tenants that have it on. */
export function whereOn(feature: Feature) {
  return { NOT: { disabledFeatures: { has: feature } } } satisfies Prisma.TenantWhereInput
}

/** @throws FeatureDisabledError when one of them is switched off */
export async function requireFeatures(
  db: Db | Tx,
  tenantId: string,
  wanted: readonly Feature[],
): Promise<void> {
  if (wanted.length === 0) return
  const features = await featuresOf(db, tenantId)
  const missing = wanted.find((feature) => !features.has(feature))
  if (missing) throw new FeatureDisabledError(missing)
}
