import { expect, onTestFinished, test } from 'vitest'
import type { Db } from '../../src/db/client.ts'
import type { LoggedEvent } from '../../src/events/event.ts'
import { createEventFeed } from '../../src/events/feed.ts'
import type { Hints } from '../../src/events/hints.ts'
import { createReaders, createTail } from '../../src/events/tail.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { send, statusChanges, stranger } from '../support/texts.ts'
import { logger, readable, take } from './log.ts'

test('a hint of what has been read already is told nobody again', async () => {
  const log = [1n, 2n].map((sequence) => ({ sequence, type: 'message.received', snapshot: {} }))
  const readEvents = async (_tenantId: string, after: bigint) =>
    log.filter(({ sequence }) => sequence > after) as LoggedEvent[]
  let hear: (hint: { tenantId: string; sequence: bigint }) => void = () => undefined
  const feed = readable(
    createEventFeed({
      db: {
        eventLog: { findUniqueOrThrow: async () => ({ lastSequence: 0n, prunedSequence: 0n }) },
      } as unknown as Db,
      readEvents,
      hints: {
        listen(listener) {
          hear = listener
          return () => undefined
        },
      } as Hints,
      logger,
    }),
  )
  onTestFinished(() => feed.close())
  const reader = await feed.read({ tenantId: 'ten_1', types: ['message.received'] })
  const taken = take(reader, 3)
  // Both are read, though the hint knows of one.
  for (const sequence of [1n, 2n, 2n, 1n]) {
    hear({ tenantId: 'ten_1', sequence })
    await new Promise(setImmediate)
  }
  log.push({ sequence: 3n, type: 'message.received', snapshot: {} })
  hear({ tenantId: 'ten_1', sequence: 3n })
  expect(await taken).toEqual([1, 2, 3])
})

test('who begins at the head takes nothing from who is behind', async () => {
  const log = [{ sequence: 1n }, { sequence: 2n }]
  let queries = 0
  const readEvents = async (_tenantId: string, after: bigint) => {
    queries += 1
    return log.filter(({ sequence }) => sequence > after) as LoggedEvent[]
  }
  const tail = createTail({
    readEvents,
    readers: createReaders(),
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
