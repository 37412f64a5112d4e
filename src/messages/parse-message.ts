import { createHash } from 'node:crypto'
import { InvalidInputError } from '../lib/errors.ts'
import { InvalidTextError, maxValidFor } from './errors.ts'

/** @throws InvalidTextError, InvalidInputError */
export function parseText(text: string, limit: number): string {
  if (text.trim().length === 0) throw new InvalidTextError(0, limit)
  if (text.length > limit) throw new InvalidTextError(text.length, limit)
  // Postgres cannot store it, and no phone can show it.
  if (text.includes('\u0000')) {
    throw new InvalidInputError('text', 'The text contains the character U+0000: remove it.')
  }
  return text
}

/** @throws InvalidInputError */
export function parseIdempotencyKey(given: string | null | undefined): string | null {
  const idempotencyKey = given ?? null
  if (idempotencyKey !== null && !/^[\x20-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw new InvalidInputError(
      'idempotencyKey',
      'An idempotency key has 1 to 255 printable ASCII characters, for example a UUID.',
    )
  }
  return idempotencyKey
}

/** @throws InvalidInputError */
export function parseValidFor(given: number | null | undefined): number | null {
  const validFor = given ?? null
  if (validFor !== null && (validFor < 1 || validFor > maxValidFor)) {
    throw new InvalidInputError(
      'validFor',
      `\`validFor\` is a number of seconds from 1 to ${maxValidFor} (7 days); left out, the message waits as long as it takes.`,
    )
  }
  return validFor
}

/** Tells a repeated request from another one. */
export function hashOf(asked: unknown[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(JSON.stringify(asked)).digest())
}
