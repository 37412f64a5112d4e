import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeCursor } from '../../src/events/cursor.ts'
import type { EventType } from '../../src/events/event.ts'
import { countFrom, openLog, take } from './log.ts'

const types: EventType[] = ['message.received']
const slow = { extensions: { code: 'SLOW_CONSUMER' } }

let log: Awaited<ReturnType<typeof openLog>>
let tenantId: string
beforeAll(async () => {
  log = await openLog()
})
afterAll(() => log.close())
beforeEach(async () => {
  tenantId = await log.createTenant()
})

const cursor = (sequence: number) => encodeCursor(tenantId, BigInt(sequence))

describe('a reader that keeps an event while more waits', () => {
  it('is told SLOW_CONSUMER, holds nothing any more, and goes on after its last cursor', async () => {
    const feed = log.openFeed({ patienceMs: 300 })
    const reader = await feed.read({ tenantId, types })
    await log.append(tenantId, 5)
    expect(await take(reader, 2)).toEqual([1, 2])
    await expect.poll(() => feed.readers).toBe(0)
    await expect(reader.next()).rejects.toMatchObject(slow)
    expect(await reader.next()).toEqual({ value: undefined, done: true })

    const again = await feed.read({ tenantId, types, after: cursor(2) })
    expect(await take(again, 3)).toEqual([3, 4, 5])
    await again.return?.()
  })

  it('is cut also if it never came at all', async () => {
    const feed = log.openFeed({ patienceMs: 300 })
    const reader = await feed.read({ tenantId, types })
    await log.append(tenantId, 1)
    await expect.poll(() => feed.readers).toBe(0)
    await expect(reader.next()).rejects.toMatchObject(slow)
  })

  it('is no bother to another one, which gets everything meanwhile', async () => {
    const feed = log.openFeed({ patienceMs: 300 })
    const keeps = await feed.read({ tenantId, types })
    const brisk = await feed.read({ tenantId, types })
    const taken = take(brisk, 500)
    for (let n = 0; n < 50; n += 1) await log.append(tenantId, 10)
    expect(await taken).toEqual(countFrom(1, 500))
    await expect.poll(() => feed.readers).toBe(1)
    await expect(keeps.next()).rejects.toMatchObject(slow)
  })
})

describe('a reader that is not cut:', () => {
  it('one that keeps an event while nothing waits', async () => {
    const feed = log.openFeed({ patienceMs: 200 })
    const reader = await feed.read({ tenantId, types })
    await log.append(tenantId, 1)
    expect(await take(reader, 1)).toEqual([1])
    await sleep(800)
    await log.append(tenantId, 1)
    expect(await take(reader, 1)).toEqual([2])
    await reader.return?.()
  })

  it('one that waits for events of a kind that does not happen', async () => {
    const feed = log.openFeed({ patienceMs: 200, behind: 10 })
    const reader = await feed.read({ tenantId, types: ['call.changed'] })
    const call = take(reader, 1)
    for (let n = 0; n < 10; n += 1) {
      await log.append(tenantId, 20)
      await sleep(50)
    }
    await log.append(tenantId, 1, { type: 'call.changed' })
    expect(await call).toEqual([201])
    await reader.return?.()
  })

  it('one that resumes from far back, for as long as it reads', async () => {
    const feed = log.openFeed({ patienceMs: 200, behind: 10 })
    await log.append(tenantId, 100)
    const reader = await feed.read({ tenantId, types, after: cursor(0) })
    for (let n = 1; n <= 20; n += 1) {
      expect(await take(reader, 2)).toEqual([2 * n - 1, 2 * n])
      // More comes than it takes.
      await log.append(tenantId, 5)
      await sleep(50)
    }
    expect(await take(reader, 160)).toEqual(countFrom(41, 160))
    await reader.return?.()
  })

  it('one that was live and works off a burst, however long that takes', async () => {
    const feed = log.openFeed({ patienceMs: 200, behind: 10 })
    const reader = await feed.read({ tenantId, types })
    await log.append(tenantId, 1)
    expect(await take(reader, 1)).toEqual([1])
    await log.append(tenantId, 80)
    for (let n = 0; n < 20; n += 1) {
      await take(reader, 3)
      await sleep(50)
    }
    expect(await take(reader, 20)).toEqual(countFrom(62, 20))
    await reader.return?.()
  })

  it('one whose whole process stood still', async () => {
    const feed = log.openFeed({ patienceMs: 300 })
    const reader = await feed.read({ tenantId, types })
    await log.append(tenantId, 2)
    expect(await take(reader, 1)).toEqual([1])
    await sleep(100)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
    await sleep(50)
    expect(await take(reader, 1)).toEqual([2])
    await reader.return?.()
  })
})

it('a reader that was live and falls ever further behind is cut, though it reads', async () => {
  const feed = log.openFeed({ patienceMs: 300, behind: 10 })
  const reader = await feed.read({ tenantId, types })
  await log.append(tenantId, 1)
  const seen = await take(reader, 1)
  const reading = (async () => {
    for (;;) {
      await log.append(tenantId, 5)
      seen.push(...(await take(reader, 1)))
      await sleep(20)
    }
  })()
  await expect(reading).rejects.toMatchObject(slow)
  expect(seen).toEqual(countFrom(1, seen.length))
  const again = await feed.read({ tenantId, types, after: cursor(seen.length) })
  expect(await take(again, 5)).toEqual(countFrom(seen.length + 1, 5))
  await again.return?.()
})
