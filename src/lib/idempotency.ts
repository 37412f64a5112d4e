import { InvalidInputError } from './errors.ts'
import { sha256 } from './secrets.ts'

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

/** Tells a repeated request from another one. */
export function hashOf(asked: unknown[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sha256(JSON.stringify(asked)))
}
