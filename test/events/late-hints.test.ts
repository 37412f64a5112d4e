import { expect, test } from 'vitest'
import type { Db } from '../../src/db/client.ts'
import { createTail } from '../../src/events/tail.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { send, statusChanges, stranger } from '../support/texts.ts'

test('a hint of what has been read already wakes nobody', async () => {
  const log = [{ sequence: 1n }, { sequence: 2n }]
  const db = { event: { findMany: async () => log } } as unknown as Db
  const tail = createTail({ db, tenantId: 'ten_1', head: 0n })
  tail.advance(1n)
  expect(await tail.read(0n)).toEqual(log)

  let woken = false
  const waiting = tail.waitBeyond(2n, new AbortController().signal).then(() => {
    woken = true
  })
  tail.advance(2n)
  await new Promise(setImmediate)
  expect(woken).toBe(false)
  tail.advance(3n)
  await waiting
})

test('who begins at the head takes nothing from who is behind', async () => {
  const log = [{ sequence: 1n }, { sequence: 2n }]
  let queries = 0
  const findMany = async ({ where }: { where: { sequence: { gt: bigint } } }) => {
    queries += 1
    return log.filter(({ sequence }) => sequence > where.sequence.gt)
  }
  const tail = createTail({
    db: { event: { findMany } } as unknown as Db,
    tenantId: 'ten_1',
    head: 0n,
  })
  expect(await tail.read(0n)).toHaveLength(2)
  // Two more come, which the one who has read so far is slow to fetch.
  log.push({ sequence: 3n }, { sequence: 4n }, { sequence: 5n })
  expect(await tail.read(4n)).toEqual([{ sequence: 5n }])
  expect(await tail.read(2n)).toEqual([{ sequence: 3n }, { sequence: 4n }, { sequence: 5n }])
  expect(await tail.read(0n)).toEqual(log)

  // What is read at the head in turn stays at hand for those behind.
  log.push({ sequence: 6n })
  await tail.read(5n)
  log.push({ sequence: 7n })
  await tail.read(6n)
  const before = queries
  expect(await tail.read(5n)).toEqual([{ sequence: 6n }, { sequence: 7n }])
  expect(queries).toBe(before)
})

test('many steps at once reach every subscriber of another instance, each once and in order', async () => {
  const gateway = await startGateway()
  const web = await gateway.startInstance({ role: 'web' })
  const tenant = await gateway.createTenant()
  await tenant.connect(ava)
  const subscribers = []
  for (let i = 0; i < 3; i += 1) {
    subscribers.push(await tenant.subscribe(statusChanges, {}, web.url))
  }
  const texts = Array.from({ length: 12 }, (_, i) => `Text ${i}`)
  await Promise.all(texts.map((text) => send(tenant, { from: ava.number, to: [stranger], text })))
  for (const { waitFor, received } of subscribers) {
    const steps = (status: string) =>
      received.filter(({ messageStatusChanged }) => messageStatusChanged.message.status === status)
    await waitFor(() => steps('DELIVERED').length === texts.length, 20_000)
    for (const status of ['QUEUED', 'SENDING', 'SENT']) {
      expect(steps(status)).toHaveLength(texts.length)
    }
  }
})
