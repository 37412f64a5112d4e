import type { MiddlewareHandler } from 'hono'

const forAYear = 'max-age=31536000'

/**
 * What every answer carries, unless its route says something else: it is nobody's to keep, to guess at or to show in a
 * frame. `secure`: people reach us by https, and shall do nothing else from now on.
 */
export function headersOfAll({ secure }: { secure: boolean }): Record<string, string> {
  return {
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    ...(secure && { 'Strict-Transport-Security': forAYear }),
  }
}

export function answerHeaders(all: Record<string, string>): MiddlewareHandler {
  return async (c, next) => {
    await next()
    const { headers } = c.res
    for (const [name, value] of Object.entries(all)) {
      if (!headers.has(name)) headers.set(name, value)
    }
  }
}
