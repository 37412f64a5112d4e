import type { LedgerEntry } from '../../simulator/ledger.ts'
import { type Broken, nothingBroken } from './scenario.ts'
import type { Line } from './tenants.ts'

/** What a text that came in is known by: RingCentral's id of it, and whose it is. */
export type Arrived = { id: string; line: Line }
export type NotificationRow = { uuid: string }
export type InboundRow = {
  id: string
  tenantId: string
  extensionRowId: string
  rcMessageId: string
  /** How many events told of it. */
  events: number
}

export const inboundRows = `
  SELECT "id", "tenantId", "extensionRowId", "rcMessageId",
    (SELECT count(*)::int FROM "Event" WHERE "Event"."tenantId" = message."tenantId"
      AND "subjectId" = message."id" AND "type" = 'message.received') AS events
  FROM "Message" AS message WHERE "direction" = 'INBOUND'`

/** The notifications that were answered 200. */
export function acknowledged(ledger: readonly LedgerEntry[]): string[] {
  return ledger.flatMap(({ direction, status, body, subscriptionId }) => {
    if (direction !== 'out' || status !== 200 || subscriptionId === undefined) return []
    return body?.match(/"uuid":"([^"]+)"/)?.[1] ?? []
  })
}

/** Holds what RingCentral has, and was told to have been taken, against the database. */
export function checkInbound(histories: {
  arrived: readonly Arrived[]
  acknowledged: readonly string[]
  notifications: readonly NotificationRow[]
  rows: readonly InboundRow[]
}): Broken {
  const { arrived, notifications, rows } = histories
  const broken = nothingBroken()
  const stored = new Set(notifications.map((row) => row.uuid))
  for (const uuid of histories.acknowledged) {
    if (!stored.has(uuid)) broken.lost.push(`notification ${uuid} was answered 200 and is nowhere`)
  }
  const byId = Map.groupBy(rows, (row) => row.rcMessageId)
  for (const { id, line } of arrived) {
    const [row, another] = byId.get(id) ?? []
    if (!row) broken.lost.push(`text ${id} came in and is not in the database`)
    else if (another) broken.doubled.push(`text ${id} is in the database twice`)
    else if (row.tenantId !== line.tenantId || row.extensionRowId !== line.extensionRowId) {
      broken.crossTenant.push(`text ${id} to ${line.tenantId} came to ${row.tenantId}`)
    }
    if (row?.events === 0) broken.lost.push(`nobody was told of text ${id}`)
    if (row && row.events > 1) broken.doubled.push(`text ${id} was told of ${row.events} times`)
  }
  const known = new Set(arrived.map(({ id }) => id))
  for (const row of rows) {
    if (!known.has(row.rcMessageId)) broken.invented.push(`${row.id} never came in`)
  }
  return broken
}
