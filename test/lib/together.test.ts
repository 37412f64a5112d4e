import { describe, expect, it } from 'vitest'
import { createTogether, TooManyWaitingError } from '../../src/lib/together.ts'

/** Work that is done when it is told to be. */
function heldWork() {
  const goes: { items: string[]; finish: (error?: Error) => void }[] = []
  const work = (items: string[]) =>
    new Promise<string[]>((resolve, reject) => {
      const finish = (error?: Error) =>
        error ? reject(error) : resolve(items.map((item) => `${item}!`))
      goes.push({ items, finish })
    })
  return { goes, work, itemsOf: () => goes.map(({ items }) => items.join('')) }
}

describe('what is asked for one by one', () => {
  it('is done at once when it comes alone, and together with what comes meanwhile, in its order', async () => {
    const { goes, work, itemsOf } = heldWork()
    const ask = createTogether(work, { most: 3, patienceMs: 60_000 })
    const first = ask('a')
    await expect.poll(itemsOf).toEqual(['a'])
    const others = ['b', 'c', 'd', 'e'].map(ask)
    goes[0]?.finish()
    expect(await first).toBe('a!')
    expect(itemsOf()).toEqual(['a', 'bcd'])
    goes[1]?.finish()
    await expect.poll(itemsOf).toEqual(['a', 'bcd', 'e'])
    goes[2]?.finish()
    expect(await Promise.all(others)).toEqual(['b!', 'c!', 'd!', 'e!'])
  })

  it('is refused when too much waits, and fails with nobody else’s error', async () => {
    const ask = createTogether(
      async (items: string[]) => {
        if (items.includes('bad')) throw new Error('bad')
        return items
      },
      { most: 10, mostWaiting: 3, patienceMs: 60_000 },
    )
    const asked = ['a', 'bad', 'b', 'one too many'].map(ask)
    const results = await Promise.allSettled(asked)
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ])
    expect(results[1]).toMatchObject({ reason: { message: 'bad' } })
    await expect(asked[3]).rejects.toBeInstanceOf(TooManyWaitingError)
    expect(await ask('c')).toBe('c')
  })

  it('is not done one by one when that would fail as well', async () => {
    let runs = 0
    const ask = createTogether(
      async () => {
        runs += 1
        throw new Error('away')
      },
      { most: 10, patienceMs: 60_000, isHopeless: () => true },
    )
    const results = await Promise.allSettled(['a', 'b', 'c'].map(ask))
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(runs).toBe(1)
  })

  it('waits no longer than its patience for what hangs', async () => {
    const { goes, work, itemsOf } = heldWork()
    const ask = createTogether(work, { most: 1, patienceMs: 20 })
    const hanging = ask('a')
    const next = ask('b')
    await expect.poll(itemsOf).toEqual(['a', 'b'])
    goes[1]?.finish()
    expect(await next).toBe('b!')
    goes[0]?.finish()
    expect(await hanging).toBe('a!')
    // What hung holds up nobody twice, nor lets two go where one may.
    const last = ['c', 'd'].map(ask)
    await expect.poll(() => itemsOf().length).toBeGreaterThan(2)
    for (let n = 2; n < 4; n += 1) {
      await expect.poll(() => goes[n]).toBeDefined()
      goes[n]?.finish()
    }
    expect(await Promise.all(last)).toEqual(['c!', 'd!'])
  })
})
