import { describe, expect, it } from 'vitest'
import {
  createSealer,
  headerOf,
  keyringOf,
  UnknownKeyError,
  UnsealError,
} from '../../src/lib/sealer.ts'

const key = (id: string, fill: number) => ({ id, key: Buffer.alloc(32, fill) })
const place = { tenantId: 'ten_1', table: 'Grant', column: 'accessToken', rowId: 'ext_1' }
const sealerOf = (id: string, fill: number) => createSealer(keyringOf(key(id, fill)))
const sealer = sealerOf('k1', 1)

describe('a sealed value', () => {
  it('opens where it was sealed, whatever it says', async () => {
    for (const secret of ['', 'token', 'ü💥\u0000\n', 'x'.repeat(100_000)]) {
      expect(await sealer.open(sealer.seal(secret, place), place)).toBe(secret)
    }
  })

  it('looks different each time, and never like the secret', () => {
    const sealed = Array.from({ length: 100 }, () => Buffer.from(sealer.seal('a secret', place)))
    expect(new Set(sealed.map((bytes) => bytes.toString('hex'))).size).toBe(100)
    for (const bytes of sealed) expect(bytes.includes('a secret')).toBe(false)
  })

  it.each(['tenantId', 'table', 'column', 'rowId'] as const)(
    'does not open with another %s',
    async (part) => {
      const sealed = sealer.seal('a secret', place)
      const elsewhere = { ...place, [part]: `${place[part]}x` }
      await expect(sealer.open(sealed, elsewhere)).rejects.toThrow(UnsealError)
    },
  )

  it('F3: with any bit flipped, or any end cut off, it does not open', async () => {
    const sealed = sealer.seal('a secret', place)
    const refusal = (bytes: Uint8Array) =>
      sealer.open(bytes, place).then(
        () => 'opened',
        (error) => error.name,
      )
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = sealed.slice()
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      // What stands in front names the key.
      const inHeader = bit >> 3 < headerOf('k1').length
      expect(await refusal(altered), `bit ${bit}`).toBe(
        inHeader ? 'UnknownKeyError' : 'UnsealError',
      )
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(await refusal(sealed.slice(0, length)), `${length} bytes`).toMatch(/^Un/)
    }
  })

  it('does not open with another key, even of the same name', async () => {
    const sealed = sealer.seal('a secret', place)
    await expect(sealerOf('k1', 2).open(sealed, place)).rejects.toThrow(UnsealError)
    await expect(sealerOf('k2', 1).open(sealed, place)).rejects.toThrow(UnknownKeyError)
  })

  it('opens after a new key has taken over, as long as the old one is there', async () => {
    const before = sealer.seal('a secret', place)
    const rotated = createSealer(keyringOf(key('k2', 2), [key('k1', 1)]))
    expect(await rotated.open(before, place)).toBe('a secret')
    const afterwards = rotated.seal('a secret', place)
    await expect(sealer.open(afterwards, place)).rejects.toThrow('No key "k2"')
    expect(await sealerOf('k2', 2).open(afterwards, place)).toBe('a secret')
  })

  it('tells in its errors nothing of what it hides', async () => {
    const sealed = sealer.seal('a secret', place)
    const refusals = [
      sealer.open(sealed, { ...place, rowId: 'ext_2' }),
      sealerOf('k9', 9).open(sealed, place),
    ]
    for (const refused of refusals) await expect(refused).rejects.toThrow(/^((?!a secret).)*$/)
  })
})
