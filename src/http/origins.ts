import type { IncomingMessage } from 'node:http'

export type Origins = ReturnType<typeof createOrigins>

/**
 * Whose pages may ask in a browser. None but our own, unless they are listed; and never with cookies or the like: who asks is told by
 * a key, which no browser adds by itself.
 */
export function createOrigins({
  listed,
  publicUrl,
}: {
  listed: readonly string[]
  /** Null: our own is the one by whose name we are asked. */
  publicUrl: string | null
}) {
  const known = new Set(listed)
  const own = publicUrl && new URL(publicUrl).origin

  return {
    isListed: (origin: string): boolean => known.has(origin),

    /** Whether a WebSocket may be opened: by programs, which have no origin, by our own pages and by listed ones. */
    mayConnect({ headers: { origin, host } }: IncomingMessage): boolean {
      if (origin === undefined || known.has(origin)) return true
      return own ? origin === own : URL.parse(origin)?.host === host
    },
  }
}
