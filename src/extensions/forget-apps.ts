import type { Db } from '../db/client.ts'

/** Apps that no grant, no release and no passage needs any more, and through which nobody connects. */
export async function forgetApps(db: Db, now: Date): Promise<void> {
  await db.$executeRaw`
    DELETE FROM "RingCentralApp" app
    WHERE ("replacedAt" IS NOT NULL OR NOT EXISTS (SELECT FROM "Tenant" WHERE "id" = app."tenantId"))
      AND NOT EXISTS (SELECT FROM "Grant" WHERE "appId" = app."id")
      AND NOT EXISTS (SELECT FROM "GrantRelease" WHERE "appId" = app."id")
      AND NOT EXISTS (SELECT FROM "ConnectAttempt" WHERE "appId" = app."id" AND "expiresAt" > ${now})`
}
