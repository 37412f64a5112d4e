import type { Db } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { place, waits } from './next-message.ts'
import type { HandedOver, ShownRecord, Way } from './way.ts'

/**
 * How many texts leave together. RingCentral takes megabytes; but each is looked at in the transaction that begins the
 * attempt, which has to be short, and all of them are in doubt when its answer is lost.
 */
export const together = 50

/** Why a text goes alone from now on: RingCentral refused a request that it was in, and one of them is the reason. */
export const refusedTogether = 'REFUSED_TOGETHER'

/** High-volume texts: those of a batch in one request for many, and shown in a store of the account. */
export const highVolumeWay: Way = {
  highVolume: true,

  async gather(db, head, now) {
    if (head.batchId === null) return [head]
    const candidates = await waitingWith(db, head, now)
    if (!candidates.some(({ id }) => id === head.id)) return [head]
    const others = await awaitedOtherwise(db, head, now, candidates)
    const seen = new Set([head.to.join()])
    const along = candidates.filter(({ to: [to = ''] }) => {
      const isFirst = !seen.has(to) && !others.has(to)
      seen.add(to)
      return isFirst
    })
    return [head, ...along.slice(0, together - 1)]
  },

  async handOver({ highVolume }, messages) {
    const [first] = messages
    if (!first) throw new Error('There is nothing to hand over')
    const texts = messages.map(({ to: [to = ''], text }) => ({ to, text }))
    const { id, rejected, requestId } = await highVolume.createBatch({
      from: first.from,
      messages: texts,
    })
    // Their own ids come with the list of messages: this answer tells none.
    const change = { to: 'SENT', rcBatchId: id } as const
    const handed: HandedOver = { requestId, taken: [], change, refused: [] }
    for (const [index, message] of messages.entries()) {
      const why = rejected.find(
        (one) => one.to.includes(message.to.join()) || (!one.to.length && one.index === index + 1),
      )
      if (!why) handed.taken.push(message)
      else {
        const { errorCode: code } = why
        const facts = { operation: 'highVolume.createBatch', requestId, ...(code && { code }) }
        handed.refused.push({ message, error: new RingCentralRefusedError(facts) })
      }
    }
    return handed
  },

  async search({ highVolume }, { from }, since) {
    const records: ShownRecord[] = []
    for (let pageToken: string | undefined; ; ) {
      const page = await highVolume.listMessages({
        direction: 'Outbound',
        dateFrom: since,
        phoneNumber: [from],
        ...(pageToken !== undefined && { pageToken }),
      })
      records.push(...page.messages)
      pageToken = page.nextPageToken
      if (pageToken === undefined) return records
    }
  },
}

/** Itself and what waits behind it in its batch, in the order in which it would leave. */
async function waitingWith(db: Db, head: Message, now: Date): Promise<Message[]> {
  const turn = { extensionRowId: head.extensionRowId, now, batches: true }
  const found = await db.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Message" AS message
    WHERE "batchId" = ${head.batchId} AND "from" = ${head.from} AND ${waits(turn)}
      AND coalesce("expiresAt" > ${now}, true)
      AND NOT EXISTS (
        SELECT FROM "MessageAttempt"
        WHERE "messageId" = message."id" AND "errorCode" = ${refusedTogether})
    ORDER BY ${place}, "id" LIMIT ${2 * together}`
  const order = found.map(({ id }) => id)
  const messages = await db.message.findMany({ where: { id: { in: order } } })
  return messages.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
}

/** To whom something waits that is not of this batch: it may come before, so nothing to them goes along. */
async function awaitedOtherwise(
  db: Db,
  { extensionRowId, from, batchId }: Message,
  now: Date,
  candidates: readonly Message[],
): Promise<Set<string>> {
  const turn = { extensionRowId, now, batches: true }
  const people = candidates.flatMap(({ to }) => to)
  const found = await db.$queryRaw<{ to: string }[]>`
    SELECT DISTINCT message."to"[1] AS "to" FROM "Message" AS message
    LEFT JOIN "MessageBatch" AS batch ON batch."id" = message."batchId"
    WHERE ${waits(turn)} AND message."from" = ${from} AND message."to"[1] = ANY(${people})
      AND message."batchId" IS DISTINCT FROM ${batchId}
      AND coalesce(batch."status" = 'RUNNING', true)`
  return new Set(found.map(({ to }) => to))
}
