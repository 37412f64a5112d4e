import type { MiddlewareHandler } from 'hono'

/** The pages load nothing but their style, cannot be framed or kept, and tell nobody where a person came from. */
export function connectHeaders(servers: readonly string[]): MiddlewareHandler {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    `form-action 'self' ${loginHosts(servers)}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  return async (c, next) => {
    await next()
    c.header('Cache-Control', 'no-store')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('X-Frame-Options', 'DENY')
    c.header('Cross-Origin-Opener-Policy', 'same-origin')
    c.header('Content-Security-Policy', policy)
  }
}

/**
 * Where the form may lead. Chromium holds each redirect behind a form's answer against `form-action`, and
 * RingCentral's authorize endpoint redirects to its login page, on another host of its own.
 */
function loginHosts(servers: readonly string[]): string {
  const hosts = servers.map((server) => {
    const { origin, hostname } = new URL(server)
    return hostname.endsWith('.ringcentral.com') ? 'https://*.ringcentral.com' : origin
  })
  return [...new Set(hosts)].join(' ')
}
