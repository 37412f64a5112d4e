import type { OutboxEntry } from '../../simulator/control/outbox.ts'
import type { Asked } from './clients.ts'
import { type Broken, nothingBroken } from './scenario.ts'
import type { Line } from './tenants.ts'

export type MessageRow = {
  id: string
  tenantId: string
  extensionRowId: string
  status: string
  from: string
  to: string[]
  text: string
  rcMessageId: string | null
  key: string | null
  batchId: string | null
  /** Whether any of its attempts was ever in doubt. */
  doubted: boolean
}

/** Writes down what is ever in doubt: an attempt that turns out to have been accepted, or refused, tells no more of it. */
export const watchDoubts = `
  CREATE TABLE "WasInDoubt" ("messageId" text PRIMARY KEY);
  CREATE FUNCTION note_doubt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO "WasInDoubt" VALUES (NEW."messageId") ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER note_doubt AFTER UPDATE ON "MessageAttempt" FOR EACH ROW
    WHEN (NEW."outcome" = 'IN_DOUBT') EXECUTE FUNCTION note_doubt();`

export const messageRows = `
  SELECT "id", "tenantId", "extensionRowId", "status"::text, "from", "to", "text", "rcMessageId",
    "idempotencyKey" AS key, "batchId",
    EXISTS (SELECT FROM "WasInDoubt" WHERE "messageId" = message."id") AS doubted
  FROM "Message" AS message WHERE "direction" = 'OUTBOUND'`

const isSent = ({ status }: MessageRow) => status === 'SENT' || status === 'DELIVERED'
const isOpen = ({ status }: MessageRow) => ['QUEUED', 'SCHEDULED', 'SENDING'].includes(status)
const groupOf = (from: string, to: string, text: string) => JSON.stringify([from, to, text])

/** Holds what clients were told, what RingCentral accepted and what the database says against each other. */
export function checkSending(histories: {
  asked: readonly Asked[]
  outbox: readonly OutboxEntry[]
  rows: readonly MessageRow[]
  lines: readonly Line[]
}): Broken & { undecided: number; undecidedButSent: number } {
  const { asked, outbox, rows, lines } = histories
  const broken = nothingBroken()
  const byId = new Map(rows.map((row) => [row.id, row]))
  const entryById = new Map(outbox.map((entry) => [entry.id, entry]))
  const lineOf = new Map(lines.map((line) => [line.from, line]))

  for (const one of asked) {
    const [id, another] = [...one.ids]
    if (another) broken.doubled.push(`one request became ${[...one.ids].join(' and ')}`)
    if (!id) continue
    const row = byId.get(id)
    if (!row) broken.lost.push(`${id} was answered and is not in the database`)
    else if (isOpen(row)) broken.lost.push(`${id} is ${row.status} for ever`)
    if (row && one.takenBack === 'CANCELED' && row.status !== 'CANCELED') {
      broken.invented.push(`${id} was told to be taken back and is ${row.status}`)
    }
    if (row && row.tenantId !== one.tenantId)
      broken.crossTenant.push(`${id} was answered to another`)
  }

  for (const row of rows) {
    const line = lineOf.get(row.from)
    if (row.tenantId !== line?.tenantId || row.extensionRowId !== line.extensionRowId) {
      broken.crossTenant.push(`${row.id} belongs to ${row.tenantId} and sends from ${row.from}`)
    }
    if (!isSent(row)) continue
    const entry = entryById.get(row.rcMessageId ?? '')
    if (!entry) broken.lost.push(`${row.id} is ${row.status}, and RingCentral never accepted it`)
    else if (entry.text !== row.text) {
      broken.crossTenant.push(`${row.id} has taken the id of another text, ${entry.id}`)
    }
  }

  const accepted = Map.groupBy(outbox, ({ from, to, text }) => groupOf(from, to.join(), text))
  const wanted = Map.groupBy(rows, ({ from, to, text }) => groupOf(from, to.join(), text))
  let undecidedButSent = 0
  for (const [group, entries] of accepted) {
    const group_ = wanted.get(group) ?? []
    const failed = group_.filter(
      (row) => !isSent(row) && row.status !== 'UNCONFIRMED' && !isOpen(row),
    )
    const sent = group_.filter(isSent).length
    if (group_.length === 0) broken.invented.push(`nobody asked for ${group}`)
    else if (entries.length > group_.length) {
      broken.doubled.push(`${group} was asked ${group_.length} times, sent ${entries.length} times`)
    } else if (entries.length > group_.length - failed.length) {
      broken.invented.push(`${group} was sent, and told to have failed: ${failed[0]?.id}`)
    } else undecidedButSent += Math.max(0, entries.length - sent)
  }

  broken.reordered.push(...reordered(asked, entryById, byId))
  const undecided = rows.filter((row) => row.status === 'UNCONFIRMED').length
  return { ...broken, undecided, undecidedButSent }
}

/** Of two texts to the same person, the one that was answered before the other was asked for goes first. */
function reordered(
  asked: readonly Asked[],
  entryById: Map<string, OutboxEntry>,
  byId: Map<string, MessageRow>,
): string[] {
  const found: string[] = []
  const lanes = Map.groupBy(asked, ({ from, to }) => `${from} to ${to}`)
  for (const [lane, texts] of lanes) {
    let before: { acceptedAt: string; id: string } | undefined
    for (const { ids, isLater } of texts) {
      const row = byId.get([...ids][0] ?? '')
      const entry = entryById.get(row?.rcMessageId ?? '')
      // What was in doubt is allowed to be overtaken: it was looked up while the others went on.
      // Nor does one for later keep its place.
      if (!row || !entry || row.doubted || isLater) continue
      if (before && entry.acceptedAt < before.acceptedAt) {
        found.push(`${lane}: ${row.id} was sent before ${before.id}`)
      }
      before = { acceptedAt: entry.acceptedAt, id: row.id }
    }
  }
  return found
}
