import { describe, expect, it } from 'vitest'
import { createSealer, UnsealError } from '../../src/lib/sealer.ts'

const key = (id: string, fill: number) => ({ id, key: Buffer.alloc(32, fill) })
const place = { tenantId: 'ten_1', table: 'Grant', column: 'accessToken', rowId: 'ext_1' }
const sealer = createSealer([key('k1', 1)])

describe('a sealed value', () => {
  it('opens where it was sealed, whatever it says', () => {
    for (const secret of ['', 'token', 'ü💥\u0000\n', 'x'.repeat(100_000)]) {
      expect(sealer.open(sealer.seal(secret, place), place)).toBe(secret)
    }
  })

  it('looks different each time, and never like the secret', () => {
    const sealed = Array.from({ length: 100 }, () => Buffer.from(sealer.seal('a secret', place)))
    expect(new Set(sealed.map((bytes) => bytes.toString('hex'))).size).toBe(100)
    for (const bytes of sealed) expect(bytes.includes('a secret')).toBe(false)
  })

  it.each(['tenantId', 'table', 'column', 'rowId'] as const)(
    'does not open with another %s',
    (part) => {
      const sealed = sealer.seal('a secret', place)
      expect(() => sealer.open(sealed, { ...place, [part]: `${place[part]}x` })).toThrow(
        UnsealError,
      )
    },
  )

  it('does not open with any bit flipped or any end cut off', () => {
    const sealed = sealer.seal('a secret', place)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = sealed.slice()
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => sealer.open(altered, place), `bit ${bit}`).toThrow(UnsealError)
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open(sealed.slice(0, length), place), `${length} bytes`).toThrow(
        UnsealError,
      )
    }
  })

  it('does not open with another key, even of the same name', () => {
    const sealed = sealer.seal('a secret', place)
    expect(() => createSealer([key('k1', 2)]).open(sealed, place)).toThrow(UnsealError)
    expect(() => createSealer([key('k2', 1)]).open(sealed, place)).toThrow('No key "k1"')
  })

  it('opens after a new key has taken over, as long as the old one is there', () => {
    const before = sealer.seal('a secret', place)
    const rotated = createSealer([key('k2', 2), key('k1', 1)])
    expect(rotated.open(before, place)).toBe('a secret')
    const afterwards = rotated.seal('a secret', place)
    expect(() => sealer.open(afterwards, place)).toThrow('No key "k2"')
    expect(createSealer([key('k2', 2)]).open(afterwards, place)).toBe('a secret')
  })

  it('tells in its errors nothing of what it hides', () => {
    const sealed = sealer.seal('a secret', place)
    const refusals = [
      () => sealer.open(sealed, { ...place, rowId: 'ext_2' }),
      () => createSealer([key('k9', 9)]).open(sealed, place),
    ]
    for (const refused of refusals) expect(refused).toThrow(/^((?!a secret).)*$/)
  })
})
