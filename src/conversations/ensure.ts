import type { Tx } from '../db/client.ts'
import { createId } from '../lib/ids.ts'
import { type Belonging, type Place, placesOf } from './place.ts'

/**
 * The conversations of messages that are about to be written, each at its message's; made where there is none yet.
 * Null for what belongs to none. Locks no conversation that is there: that is for `refreshConversations`, once
 * the messages are written.
 */
export async function ensureConversations(
  tx: Tx,
  messages: readonly Belonging[],
): Promise<(string | null)[]> {
  const places = await placesOf(tx, messages)
  const missing = new Map<string, Place & { at: Date }>()
  const ids = await idsOf(tx, places)
  for (const [index, place] of places.entries()) {
    const at = messages[index]?.createdAt
    if (place && at && !ids.has(nameOf(place))) missing.set(nameOf(place), { ...place, at })
  }
  if (missing.size > 0) {
    await create(tx, [...missing.values()])
    // Also those that somebody else has just made.
    for (const [name, id] of await idsOf(tx, [...missing.values()])) ids.set(name, id)
  }
  return places.map((place) => (place ? (ids.get(nameOf(place)) ?? null) : null))
}

/** The same, of one message. */
export async function ensureConversation(tx: Tx, message: Belonging): Promise<string | null> {
  const [conversationId = null] = await ensureConversations(tx, [message])
  return conversationId
}

const nameOf = ({ tenantId, key }: Place) => `${tenantId} ${key}`

async function idsOf(tx: Tx, places: readonly (Place | undefined)[]): Promise<Map<string, string>> {
  const wanted = places.filter((place) => place !== undefined)
  if (wanted.length === 0) return new Map()
  const found = await tx.conversation.findMany({
    where: {
      tenantId: { in: [...new Set(wanted.map(({ tenantId }) => tenantId))] },
      key: { in: [...new Set(wanted.map(({ key }) => key))] },
    },
    select: { id: true, tenantId: true, key: true },
  })
  return new Map(found.map(({ id, tenantId, key }) => [`${tenantId} ${key}`, id]))
}

async function create(tx: Tx, places: readonly (Place & { at: Date })[]): Promise<void> {
  await tx.conversation.createMany({
    // In the order of the keys, so that two who make the same ones cannot deadlock.
    data: places
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ at, ...place }) => ({
        id: createId('Conversation'),
        ...place,
        searchText: place.participants.join(' '),
        lastMessageAt: at,
        createdAt: at,
      })),
    skipDuplicates: true,
  })
}
