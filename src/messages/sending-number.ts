import type { Consent, Extension, PhoneNumber } from '../db/generated/client/client.ts'
import { Prisma } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import { seconds } from '../lib/clock.ts'
import { createTogetherByTenant } from '../lib/together-by-tenant.ts'
import type { QuietHours } from '../tenants/quiet-hours.ts'

/** A number that would send, with what matters of the extension that owns it. */
export type SendingNumber = PhoneNumber & {
  extension: Pick<Extension, 'id' | 'tenantId' | 'extensionId' | 'name' | 'status' | 'scopes'>
}

/** Somebody who wants no texts from a number. */
export type OptedOut = Pick<Consent, 'number' | 'other' | 'changedAt'>

/** Who would send a text, and what of them keeps it from leaving. */
export type FoundSender = {
  number: SendingNumber
  /** When no texts of its tenant leave. */
  quietHours: QuietHours | null
  /** Those of the recipients who want none. It may change until the text is taken, and is looked at again then. */
  optedOut: OptedOut[]
  /** Of which versions the rows were that tell the first two. */
  seen: string
}

type Asked = { from: string; to: readonly string[] }

/** The number that may send as `from` for a tenant; undefined if it has none such. */
export type FindSender = (tenantId: string, asked: Asked) => Promise<FoundSender | undefined>

/** Of what is asked for at the same time, so many are one question. */
const most = 50
/** A question that waits holds up nobody who comes after it. */
const patienceMs = seconds(1)

// By name: a prepared `SELECT *` breaks in the process that stays when a newer one adds a column.
const columns = Prisma.raw(
  Object.values(Prisma.PhoneNumberScalarFieldEnum)
    .map((name) => `number."${name}"`)
    .join(', '),
)

/** Asks about texts of a tenant that come at the same time with one question, for all that has to be known of them. */
export function createFindSender({ readRows }: { readRows: ReadRows }): FindSender {
  return createTogetherByTenant(
    (tenantId, asked: Asked[]) => findSenders(readRows, tenantId, asked),
    { most, patienceMs },
  )
}

type Row = SendingNumber & {
  quietHours: QuietHours | null
  seen: string
  optedOut: { other: string; changedAt: string }[]
}

async function findSenders(
  readRows: ReadRows,
  tenantId: string,
  asked: Asked[],
): Promise<(FoundSender | undefined)[]> {
  const pairs = asked.flatMap(({ from, to }) => to.map((other) => ({ from, other })))
  const rows = await readRows<Row>(Prisma.sql`
    SELECT ${columns}, tenant."quietHours",
      concat_ws(' ', number.xmin, extension.xmin, tenant.xmin) AS "seen", jsonb_build_object(
      'id', extension."id", 'tenantId', extension."tenantId", 'extensionId', extension."extensionId",
      'name', extension."name", 'status', extension."status", 'scopes', extension."scopes") AS "extension",
      (SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('other', pair.other, 'changedAt', consent."changedAt")), '[]')
        FROM unnest(${pairs.map(({ from }) => from)}::text[], ${pairs.map(({ other }) => other)}::text[]) AS pair(own, other)
        CROSS JOIN LATERAL (SELECT "changedAt" FROM "Consent"
          WHERE "tenantId" = ${tenantId} AND "number" = pair.own AND "other" = pair.other AND "status" = 'OPTED_OUT'
          LIMIT 1) AS consent
        WHERE pair.own = number."phoneNumber") AS "optedOut"
    FROM "PhoneNumber" AS number
    JOIN "Extension" AS extension ON extension."id" = number."extensionRowId"
    JOIN "Tenant" AS tenant ON tenant."id" = number."tenantId"
    WHERE number."tenantId" = ${tenantId} AND number."phoneNumber" = ANY(${asked.map(({ from }) => from)})`)
  const found = new Map(rows.map((row) => [row.phoneNumber, row]))
  return asked.map(({ from, to }) => {
    const row = found.get(from)
    if (!row) return undefined
    const { quietHours, optedOut, seen, ...number } = row
    const ofThese = optedOut
      .filter(({ other }) => to.includes(other))
      .map(({ other, changedAt }) => ({ number: from, other, changedAt: new Date(changedAt) }))
    return { number, quietHours, optedOut: ofThese, seen }
  })
}
