import { describe, expect, it } from 'vitest'
import { createSecret, isSecret, sameBytes, sameSecret, sha256 } from '../../src/lib/secrets.ts'

describe('secrets', () => {
  it('have 256 bits, fit into a URL and never come twice', () => {
    const secrets = Array.from({ length: 1000 }, createSecret)
    expect(new Set(secrets).size).toBe(1000)
    for (const secret of secrets) {
      expect(Buffer.from(secret, 'base64url')).toHaveLength(32)
      expect(encodeURIComponent(secret)).toBe(secret)
      expect(isSecret(secret)).toBe(true)
    }
    for (const other of ['', 'short', `${createSecret()}x`, createSecret().replace(/^./, ' ')]) {
      expect(isSecret(other)).toBe(false)
    }
  })

  it('are the same only when all of them is, whatever their length', () => {
    expect(sameSecret('abc', 'abc')).toBe(true)
    for (const other of ['', 'ab', 'abcd', 'abd', 'ABC'])
      expect(sameSecret(other, 'abc')).toBe(false)
    expect(sameBytes(sha256('abc'), sha256('abc'))).toBe(true)
    expect(sameBytes(sha256('abc'), sha256('abd'))).toBe(false)
    expect(sameBytes(sha256('abc').subarray(1), sha256('abc'))).toBe(false)
  })
})
