/** Randomness that a seed repeats: the same seed makes the same tokens, ids and dice. */
export interface Random {
  /** From 0 up to, never reaching, 1. */
  next(): number
  /** Both ends included. */
  integer(from: number, to: number): number
  hex(length: number): string
  uuid(): string
  token(length: number): string
}

const tokenAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

export function createRandom(seed: number): Random {
  let state = seed >>> 0

  // Mulberry32: small, and good enough for dice and names. Nothing here guards anything real.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  const pick = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join('')

  const hex = (length: number) => pick('0123456789abcdef', length)

  return {
    next,
    integer: (from, to) => from + Math.floor(next() * (to - from + 1)),
    hex,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick('89ab', 1)}${hex(3)}-${hex(12)}`,
    token: (length) => pick(tokenAlphabet, length),
  }
}
