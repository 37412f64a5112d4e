export type InTurn = <Result>(whose: string, work: () => Promise<Result>) => Promise<Result>

/**
 * Does so many things at the same time; what comes meanwhile waits for its turn, for as long as it takes. Those who have
 * something done take turns, so that a crowd of one holds up nobody else for long.
 */
export function createTurns(most: number): InTurn {
  const waiting = new Map<string, (() => void)[]>()
  let busy = 0

  function goOn() {
    const [first] = waiting
    if (!first) {
      busy -= 1
      return
    }
    const [whose, line] = first
    const begin = line.shift()
    waiting.delete(whose)
    // The next of theirs comes after everybody else's.
    if (line.length > 0) waiting.set(whose, line)
    begin?.()
  }

  return async (whose, work) => {
    if (busy < most) {
      busy += 1
    } else {
      await new Promise<void>((begin) => {
        const line = waiting.get(whose)
        if (line) line.push(begin)
        else waiting.set(whose, [begin])
      })
    }
    try {
      return await work()
    } finally {
      goOn()
    }
  }
}
