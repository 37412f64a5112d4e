import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { learnLimit, settleUses, takeFromBudget } from '../../src/db/budget.ts'
import { createDatabase, type Db } from '../../src/db/client.ts'
import { inTransaction } from '../../src/db/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
let first: Db
let second: Db

beforeAll(async () => {
  database = await createTestDatabase()
  const open = () => createDatabase({ url: database.url, applicationName: 'test', poolSize: 10 })
  first = open()
  second = open()
})

afterAll(async () => {
  await Promise.all([first.$disconnect(), second.$disconnect()])
  await database.drop()
})

const minute = { limit: 40, windowMs: 60_000 }

describe('a budget', () => {
  it('is given out exactly, however many take from it through two connections at once', async () => {
    const taken = await Promise.all(
      Array.from({ length: 200 }, (_, n) => takeFromBudget(n % 2 ? first : second, 'race', minute)),
    )
    expect(taken.filter((use) => use.granted)).toHaveLength(40)
    for (const use of taken) {
      if (use.granted) continue
      expect(use.retryAfterMs).toBeGreaterThan(50_000)
      expect(use.retryAfterMs).toBeLessThanOrEqual(60_000)
    }
  })

  it('lets a transaction that it is taken in wait for the disk, as all that is promised does', async () => {
    const commits = await inTransaction(first, async (tx) => {
      await tx.$executeRaw`SET LOCAL synchronous_commit = on`
      await takeFromBudget(tx, 'within', minute)
      return tx.$queryRaw`SHOW synchronous_commit`
    })
    expect(commits).toEqual([{ synchronous_commit: 'on' }])
  })

  it('slides: what was taken comes back when its window has passed, one by one', async () => {
    const budget = { limit: 2, windowMs: 600 }
    const take = () => takeFromBudget(first, 'slides', budget)
    expect((await take()).granted).toBe(true)
    await sleep(300)
    expect((await take()).granted).toBe(true)
    const refused = await take()
    if (refused.granted) throw new Error('granted beyond the limit')
    expect(refused.retryAfterMs).toBeLessThanOrEqual(320)
    await sleep(refused.retryAfterMs + 5)
    expect((await take()).granted).toBe(true)
    // The second use still counts: not all came back with the first.
    expect((await take()).granted).toBe(false)
  })

  it('says when there is room for the one who asks, also to one who may use a part of it only', async () => {
    const budget = { limit: 5, windowMs: 2_000 }
    for (let use = 0; use < 5; use += 1) {
      expect((await takeFromBudget(first, 'part', budget)).granted).toBe(true)
      await sleep(60)
    }
    const whole = await takeFromBudget(first, 'part', budget)
    const part = await takeFromBudget(first, 'part', { ...budget, limit: 3 })
    if (whole.granted || part.granted) throw new Error('granted beyond the limit')
    // The first use must be over for the one, the third for the other.
    expect(part.retryAfterMs - whole.retryAfterMs).toBeGreaterThan(100)
    await sleep(part.retryAfterMs + 5)
    expect((await takeFromBudget(first, 'part', { ...budget, limit: 3 })).granted).toBe(true)
  })

  it('is what its owner tells, not what its users expect', async () => {
    await learnLimit(first, 'learned', { limit: 2, windowMs: 1_500 })
    const take = (share = 1) => takeFromBudget(second, 'learned', { ...minute, share })
    expect((await take()).granted).toBe(true)
    expect((await take(0.5)).granted).toBe(false)
    expect((await take()).granted).toBe(true)
    const refused = await take()
    if (refused.granted) throw new Error('granted beyond the limit')
    expect(refused.retryAfterMs).toBeLessThanOrEqual(1_500)
    await sleep(refused.retryAfterMs + 5)
    expect((await take()).granted).toBe(true)
  })

  it('goes out evenly to those who ask for that, and at once to others', async () => {
    const budget = { limit: 40, windowMs: 40_000, share: 0.975 }
    const take = (evenly: boolean) => takeFromBudget(first, 'even', { ...budget, evenly })
    // Two of 39 within each two seconds.
    expect((await take(true)).granted).toBe(true)
    expect((await take(true)).granted).toBe(true)
    const refused = await take(true)
    if (refused.granted) throw new Error('granted out of turn')
    expect(refused.retryAfterMs).toBeLessThanOrEqual(2_000)
    expect((await take(false)).granted).toBe(true)
    await sleep(2_010)
    expect((await take(true)).granted).toBe(true)
  })

  it('counts a use from when it is told, and not at all if it was not used', async () => {
    const budget = { limit: 3, windowMs: 60_000 }
    const take = () => takeFromBudget(first, 'settled', budget)
    const [use, ...others] = [await take(), await take(), await take()]
    if (!use?.granted || others.some(({ granted }) => !granted)) throw new Error('refused')
    const later = new Date(use.at.getTime() + 5_000)
    await settleUses(first, 'settled', [{ at: use.at, usedAt: later }])
    const [row] = await first.$queryRaw<{ usedAt: Date[] }[]>`
      SELECT "usedAt" FROM "Budget" WHERE "key" = 'settled'`
    expect(row?.usedAt).toHaveLength(3)
    expect(row?.usedAt.at(-1)).toEqual(later)
    expect((await take()).granted).toBe(false)
    await settleUses(first, 'settled', [{ at: later, usedAt: null }])
    expect((await take()).granted).toBe(true)
    expect((await take()).granted).toBe(false)
  })

  it('is not spent by a transaction that is rolled back', async () => {
    const budget = { limit: 1, windowMs: 60_000 }
    const aborted = first.$transaction(async (tx) => {
      expect((await takeFromBudget(tx, 'rolled back', budget)).granted).toBe(true)
      throw new Error('no')
    })
    await expect(aborted).rejects.toThrow('no')
    expect((await takeFromBudget(first, 'rolled back', budget)).granted).toBe(true)
    expect((await takeFromBudget(first, 'rolled back', budget)).granted).toBe(false)
  })

  it('is not spent by an attempt that could not begin with it', async () => {
    const begin = async () => {
      const [begun] = await first.$queryRaw<{ outcome: string }[]>`
        SELECT "outcome" FROM "beginWithinBudget"('ext_1', 'nobody holds it', 8000, 'msg_1', 'att_1', false, now(),
          'begun', 1, 60000, 1, NULL)`
      return begun?.outcome
    }
    expect(await begin()).toBe('lost')
    expect(await begin()).toBe('lost')
    const budget = { limit: 1, windowMs: 60_000 }
    expect((await takeFromBudget(first, 'begun', budget)).granted).toBe(true)
    expect(await begin()).toBe('closed')
  })

  it('is not prolonged by those it refuses', async () => {
    const budget = { limit: 1, windowMs: 300 }
    const take = () => takeFromBudget(first, 'refused', budget)
    await take()
    for (let n = 0; n < 5; n += 1) expect((await take()).granted).toBe(false)
    await sleep(305)
    expect((await take()).granted).toBe(true)
  })
})
