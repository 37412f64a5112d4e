import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { isSecret } from '../lib/secrets.ts'

/** Longer than a link and the passage that it begins can take. */
const maxAgeSeconds = 3600

/**
 * The cookie that ties a passage to the browser that began it. Over https its name begins with `__Host-`,
 * so that no other host of the domain, and nothing on the way, can have set it.
 */
export function createBrowserCookie(publicUrl: string) {
  const secure = publicUrl.startsWith('https:')
  const name = secure ? '__Host-ringql-connect' : 'ringql-connect'

  /** The secret that an earlier visit left, if it is one of ours. */
  function read(c: Context): string | undefined {
    const value = getCookie(c, name)
    return value && isSecret(value) ? value : undefined
  }

  return {
    read,

    set(c: Context, secret: string): void {
      setCookie(c, name, secret, {
        httpOnly: true,
        sameSite: 'Lax',
        secure,
        path: '/',
        maxAge: maxAgeSeconds,
      })
    },
  }
}
