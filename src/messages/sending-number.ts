import type { Db } from '../db/client.ts'
import type { Extension, PhoneNumber } from '../db/generated/client/client.ts'
import type { QuietHours } from '../tenants/quiet-hours.ts'

/** A number that would send, with what matters of the extension that owns it. */
export type SendingNumber = PhoneNumber & {
  extension: Pick<Extension, 'id' | 'tenantId' | 'extensionId' | 'name' | 'status' | 'scopes'>
}

/** The number that may send as `phoneNumber` for a tenant, and when no texts of that tenant leave: with one question. */
export async function findSendingNumber(
  db: Db,
  tenantId: string,
  phoneNumber: string,
): Promise<{ number: SendingNumber; quietHours: QuietHours | null } | undefined> {
  const [found] = await db.$queryRaw<(SendingNumber & { quietHours: QuietHours | null })[]>`
    SELECT number.*, tenant."quietHours", jsonb_build_object(
      'id', extension."id", 'tenantId', extension."tenantId", 'extensionId', extension."extensionId",
      'name', extension."name", 'status', extension."status", 'scopes', extension."scopes") AS "extension"
    FROM "PhoneNumber" AS number
    JOIN "Extension" AS extension ON extension."id" = number."extensionRowId"
    JOIN "Tenant" AS tenant ON tenant."id" = number."tenantId"
    WHERE number."tenantId" = ${tenantId} AND number."phoneNumber" = ${phoneNumber}`
  if (!found) return undefined
  const { quietHours, ...number } = found
  return { number, quietHours }
}
