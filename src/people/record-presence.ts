import type { Tx } from '../db/client.ts'
import type { Presence } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { after, minutes } from '../lib/clock.ts'
import { factsOf, sameFacts, type ToldPresence } from './presence-facts.ts'

/** A line of `presence.changed`: the row without what is only for us, and whose it is. */
export type PresenceSnapshot = Omit<Presence, 'sequence' | 'heardAt'> & { extensionId: string }

/** Notifications overtake each other by seconds. A lower number so much later is no old news: RingCentral has begun to count anew. */
const overtakenWithin = minutes(1)

/** How it was learnt: told with a number, or read at a time at which the last told number was `sequence`. */
export type Source =
  | { by: 'notification'; sequence: number | undefined; toldAt: Date }
  | { by: 'read'; sequenceBefore: bigint | null }

/**
 * Takes note of a presence, unless it is older than what is known: a notification that was overtaken, or
 * a read during which a notification came in. Tells subscribers when it differs.
 */
export async function recordPresence(
  tx: Tx,
  record: RecordEvent,
  extensionRowId: string,
  told: ToldPresence,
  source: Source,
  now: Date,
): Promise<void> {
  // Held until the commit: of two notifications at once, each is compared with the other.
  const [extension] = await tx.$queryRaw<{ tenantId: string; extensionId: string }[]>`
    SELECT "tenantId", "extensionId" FROM "Extension"
    WHERE "id" = ${extensionRowId} AND "disconnectedAt" IS NULL FOR NO KEY UPDATE`
  if (!extension) return
  const known = await tx.presence.findUnique({ where: { extensionRowId } })
  if (known && isOlder(source, known)) return
  const facts = factsOf(told, known)
  const heard =
    source.by === 'notification'
      ? {
          heardAt: source.toldAt,
          ...(source.sequence !== undefined && { sequence: BigInt(source.sequence) }),
        }
      : {}
  const { tenantId, extensionId } = extension
  const data = { ...facts, ...heard, updatedAt: now }
  const { sequence, heardAt, ...row } = await tx.presence.upsert({
    where: { extensionRowId },
    create: { extensionRowId, tenantId, ...data },
    update: data,
  })
  if (known && sameFacts(known, facts)) return
  const snapshot: PresenceSnapshot = { ...row, extensionId }
  record({ type: 'presence.changed', tenantId, subjectId: extensionRowId, snapshot })
}

function isOlder(source: Source, known: Presence): boolean {
  if (source.by === 'read') return known.sequence !== source.sequenceBefore
  if (source.sequence === undefined || known.sequence === null) return false
  if (BigInt(source.sequence) > known.sequence) return false
  return known.heardAt === null || source.toldAt <= after(known.heardAt, overtakenWithin)
}
