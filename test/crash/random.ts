import { createRandom as createDice } from '../../simulator/random.ts'

export type Random = ReturnType<typeof createRandom>

/** Every choice of the rig comes from here, so that a seed makes the same ones again. */
export function createRandom(seed: number) {
  const dice = createDice(seed)
  return {
    ...dice,
    chance: (share: number) => dice.next() < share,
    between: (from: number, to: number) => from + dice.next() * (to - from),
    pick: <T>(list: readonly T[]): T => list[dice.integer(0, list.length - 1)] as T,

    /** One of the names, each as often as its weight says. */
    weighted<Name extends string>(weights: Record<Name, number>): Name {
      const names = Object.keys(weights) as Name[]
      let left = dice.next() * names.reduce((sum, name) => sum + weights[name], 0)
      for (const name of names) {
        left -= weights[name]
        if (left < 0) return name
      }
      return names.at(-1) as Name
    },

    /** Dice of their own for a part that runs beside others: their turns do not change its choices. */
    fork: () => createRandom(dice.integer(0, 2 ** 32 - 1)),
  }
}
