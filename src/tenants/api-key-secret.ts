import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const randomLength = 30
const checksumLength = 6
const wellFormed = /^rql_[0-9A-Za-z]{36}$/

/**
 * A new secret: `rql_`, 30 random characters (178 bits) and a checksum of 6. One double-click selects
 * it, a scanner for leaked secrets can recognise it, and a typo is refused without asking the database.
 */
export function createApiKeySecret(): string {
  const random = Array.from({ length: randomLength }, () => alphabet[randomInt(62)]).join('')
  return `rql_${random}${checksum(random)}`
}

/** Whether the form and the checksum are right; says nothing about whether the key exists. */
export function isApiKeySecret(secret: string): boolean {
  if (!wellFormed.test(secret)) return false
  return checksum(secret.slice(4, 4 + randomLength)) === secret.slice(-checksumLength)
}

/** The part that is shown in lists, to tell keys apart. */
export function apiKeyPrefix(secret: string): string {
  return secret.slice(0, 10)
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let i = 0; i < checksumLength; i++) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}
