import { createHash } from 'node:crypto'

/**
 * A cursor names a place in one tenant's event log. Opaque to clients; inside, a version, a sign of the
 * tenant (so that a cursor in the wrong hands is refused instead of pointing somewhere), and a
 * sequence number.
 */
export function encodeCursor(tenantId: string, sequence: bigint): string {
  return Buffer.from(`1:${signOf(tenantId)}:${sequence}`).toString('base64url')
}

/** The sequence number in a cursor; undefined if it is none of this tenant's log. */
export function decodeCursor(tenantId: string, cursor: string): bigint | undefined {
  const match = /^1:([\w-]{8}):(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (match?.[1] !== signOf(tenantId) || match[2] === undefined) return undefined
  return BigInt(match[2])
}

function signOf(tenantId: string): string {
  return createHash('sha256').update(tenantId).digest('base64url').slice(0, 8)
}
