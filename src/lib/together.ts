import { atOnce } from './at-once.ts'

/** As many wait as may: somebody else, or another moment. */
export class TooManyWaitingError extends Error {
  override name = 'TooManyWaitingError'
}

type Waiting<Item, Result> = {
  item: Item
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

/** So many of a go that failed are done by themselves at the same time: one that hangs does not hold up the others. */
const aloneAtOnce = 4

/**
 * Does together what is asked for one by one: at once while nothing is under way, and else with all that is asked for
 * meanwhile, in its order. So what comes alone waits for nobody, and the more there is, the less each costs.
 *
 * What fails together is done again one by one, and fails for who was at fault. A go that takes longer than
 * `patienceMs` holds up only who is in it: the next one begins beside it.
 *
 * @throws TooManyWaitingError when `mostWaiting` wait already
 */
export function createTogether<Item, Result>(
  work: (items: Item[]) => Promise<Result[]>,
  {
    most,
    mostWaiting = Number.POSITIVE_INFINITY,
    patienceMs,
    isHopeless = () => false,
  }: {
    /** How many are done in one go. */
    most: number
    mostWaiting?: number
    patienceMs: number
    /** Whether an error would be everybody's, each by themselves. */
    isHopeless?: (error: unknown) => boolean
  },
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = []
  /** A go is under way, or about to begin. */
  let isBusy = false

  function begin(): void {
    isBusy = waiting.length > 0
    if (isBusy) void go(waiting.splice(0, most))
  }

  async function go(some: Waiting<Item, Result>[]): Promise<void> {
    const goOn = once(begin)
    const patience = setTimeout(goOn, patienceMs)
    const results = await settle(some.map(({ item }) => item))
    clearTimeout(patience)
    // The next one is on its way before anybody hears of this one.
    goOn()
    for (const [place, { resolve, reject }] of some.entries()) {
      const result = results[place]
      if (result?.status === 'fulfilled') resolve(result.value)
      else reject(result?.reason)
    }
  }

  async function settle(items: Item[]): Promise<PromiseSettledResult<Result>[]> {
    try {
      return (await work(items)).map((value) => ({ status: 'fulfilled', value }))
    } catch (reason) {
      if (items.length === 1 || isHopeless(reason)) {
        return items.map(() => ({ status: 'rejected', reason }))
      }
      return atOnce(aloneAtOnce, items, async (item) => {
        const [value] = await work([item])
        return value as Result
      })
    }
  }

  return (item) => {
    if (waiting.length >= mostWaiting) return Promise.reject(new TooManyWaitingError())
    return new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      // What the same turn of the event loop brings goes along.
      if (!isBusy) setImmediate(begin)
      isBusy = true
    })
  }
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}
