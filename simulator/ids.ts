import type { Random } from './random.ts'

export interface Ids {
  /** Numeric ids, as messages, numbers and extensions have them. */
  numeric(): string
  /** 64 bits and above 2^53 on purpose: a JavaScript number cannot hold one. */
  conversation(): string
  telephonySession(): string
  legacySession(): string
}

/**
 * Numeric ids start from the time of day, so that a simulator started again does not repeat the ids
 * that somebody stored on its last run.
 */
export function createIds(startAt: number, random: Random): Ids {
  let last = startAt * 100

  return {
    numeric() {
      last += random.integer(1, 9)
      return String(last)
    },
    conversation: () =>
      String(
        2n ** 62n +
          BigInt(random.integer(0, 2 ** 31)) * 2n ** 30n +
          BigInt(random.integer(1, 2 ** 30) | 1),
      ),
    telephonySession: () => `s-${random.hex(32)}`,
    legacySession: () => String(random.integer(10 ** 10, 10 ** 11)),
  }
}
