import type { Campaign } from './campaigns.ts'
import { type Broken, nothingBroken } from './scenario.ts'
import type { MessageRow } from './sending-check.ts'

export type BatchRow = {
  id: string
  tenantId: string
  key: string
  status: string
  size: number
  counts: Record<string, number>
}

export const batchRows = `
  SELECT "id", "tenantId", "idempotencyKey" AS key, "status"::text, "size", "counts" FROM "MessageBatch"`

/** Holds what clients were told of their batches against what the database says of them and of their texts. */
export function checkCampaigns({
  asked,
  batches,
  rows,
}: {
  asked: readonly Campaign[]
  batches: readonly BatchRow[]
  rows: readonly MessageRow[]
}): Broken {
  const broken = nothingBroken()
  const byId = new Map(batches.map((batch) => [batch.id, batch]))
  const textsOf = Map.groupBy(rows, ({ batchId }) => batchId)

  for (const { tenantId, texts, ids } of asked) {
    const [id, another] = [...ids]
    if (another) broken.doubled.push(`one request became ${[...ids].join(' and ')}`)
    if (!id) continue
    const batch = byId.get(id)
    if (!batch) {
      broken.lost.push(`${id} was answered and is not in the database`)
      continue
    }
    if (batch.tenantId !== tenantId) broken.crossTenant.push(`${id} was answered to another`)
    const made = textsOf.get(id) ?? []
    for (const [to, text] of texts) {
      const theirs = made.filter((row) => row.to.join() === to)
      if (theirs.length === 0) broken.lost.push(`${id} has no text to ${to}`)
      if (theirs.length > 1) broken.doubled.push(`${id} has ${theirs.length} texts to ${to}`)
      if (theirs.some((row) => row.text !== text || row.tenantId !== tenantId)) {
        broken.crossTenant.push(`${id} says something else to ${to}`)
      }
    }
    if (made.length > texts.size) broken.invented.push(`${id} has texts that nobody asked for`)
  }

  const keys = new Set(asked.map(({ key }) => key))
  for (const { id, key, status, size, counts } of batches) {
    if (!keys.has(key)) broken.invented.push(`nobody asked for ${id}`)
    const { total = 0, waiting = 0, sending = 0, ...ended } = counts
    const sum = Object.values(ended).reduce((all, one) => all + one, waiting + sending)
    if (total !== size || sum !== total) {
      broken.lost.push(`the report of ${id} does not add up: ${JSON.stringify(counts)}`)
    }
    const isOver = status === 'COMPLETED' || status === 'CANCELED'
    if (!isOver || waiting + sending > 0) broken.lost.push(`${id} is ${status} for ever`)
  }
  return broken
}
