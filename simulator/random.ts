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

  const pick = (alphabet: string, length: number) => {
    let text = ''
    for (let i = 0; i < length; i++) text += alphabet[Math.floor(next() * alphabet.length)]
    return text
  }

  const hex = (length: number) => {
    let text = ''
    while (text.length < length) {
      text += Math.floor(next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')
    }
    return text.slice(0, length)
  }

  return {
    next,
    integer: (from, to) => from + Math.floor(next() * (to - from + 1)),
    hex,
    uuid() {
      const all = hex(32)
      const groups = [all.slice(0, 8), all.slice(8, 12), `4${all.slice(13, 16)}`]
      return `${groups.join('-')}-a${all.slice(17, 20)}-${all.slice(20)}`
    },
    token: (length) => pick(tokenAlphabet, length),
  }
}
