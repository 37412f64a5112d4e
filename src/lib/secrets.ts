import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A random secret of 256 bits, fit for a URL. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Whether a value can have come from `createSecret`. */
export function isSecret(value: string): boolean {
  return /^[\w-]{43}$/.test(value)
}

/** How secrets that we only ever compare are stored. */
export function sha256(value: string): Buffer<ArrayBuffer> {
  return hash('sha256', value, 'buffer') as Buffer<ArrayBuffer>
}

/** Compares in a time that tells nothing about where the values differ. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(sha256(given), sha256(expected))
}

/** The same of hashes, and of secrets whose length everybody knows. */
export function sameBytes(given: Uint8Array, expected: Uint8Array): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected)
}
