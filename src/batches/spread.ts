import type { Db } from '../db/client.ts'
import type { Recipient } from './check-rows.ts'

/** A number that sends, and whose it is. */
export type Sender = { phoneNumber: string; extensionRowId: string }

/** One text of a batch, before it is a message. */
export type Planned = { extensionRowId: string; from: string; to: string; text: string }

/**
 * Which number texts whom: the one that has texted with them last, so that a conversation stays one; the
 * others are dealt out so that all numbers have the same to do.
 */
export async function spread(
  db: Db,
  tenantId: string,
  senders: readonly Sender[],
  recipients: readonly Recipient[],
): Promise<Planned[]> {
  const known =
    senders.length > 1 ? await lastSenders(db, tenantId, senders, recipients) : new Map()
  const load = new Map(senders.map((sender) => [sender, 0]))
  const planned: Planned[] = []
  const give = (sender: Sender, { to, text }: Recipient) => {
    load.set(sender, (load.get(sender) ?? 0) + 1)
    const { extensionRowId, phoneNumber: from } = sender
    planned.push({ extensionRowId, from, to, text })
  }
  const bySender = (recipient: Recipient) =>
    senders.find(({ phoneNumber }) => phoneNumber === known.get(recipient.to))
  for (const recipient of recipients) {
    const sender = bySender(recipient)
    if (sender) give(sender, recipient)
  }
  for (const recipient of recipients) {
    if (bySender(recipient)) continue
    const [idle] = [...load].reduce((least, one) => (one[1] < least[1] ? one : least))
    give(idle, recipient)
  }
  return planned
}

async function lastSenders(
  db: Db,
  tenantId: string,
  senders: readonly Sender[],
  recipients: readonly Recipient[],
): Promise<Map<string, string>> {
  const numbers = senders.map(({ phoneNumber }) => phoneNumber)
  const people = recipients.map(({ to }) => to)
  const found = await db.$queryRaw<{ number: string; person: string }[]>`
    SELECT DISTINCT ON ("participants"[1]) "participants"[1] AS "person", "number"
    FROM "Conversation"
    WHERE "tenantId" = ${tenantId} AND "number" = ANY(${numbers})
      AND cardinality("participants") = 1 AND "participants"[1] = ANY(${people})
    ORDER BY "participants"[1], "lastMessageAt" DESC`
  return new Map(found.map(({ number, person }) => [person, number]))
}
