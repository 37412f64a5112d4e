/** A cursor names a place in a tenant's event log. Opaque to clients; inside, a version and a sequence number. */
export function encodeCursor(sequence: bigint): string {
  return Buffer.from(`1:${sequence}`).toString('base64url')
}

/** The sequence number in a cursor; undefined if it is none of ours. */
export function decodeCursor(cursor: string): bigint | undefined {
  const match = /^1:(\d{1,18})$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match?.[1] === undefined ? undefined : BigInt(match[1])
}
