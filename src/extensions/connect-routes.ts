import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { pageStyle } from '../http/page.ts'
import { actingAs } from '../lib/request-scope.ts'
import { isSecret } from '../lib/secrets.ts'
import {
  brokenLinkPage,
  confirmationPage,
  connectedPage,
  notConnectedPage,
  refusedCallbackPage,
} from './connect-pages.ts'
import type { ExtensionService } from './service.ts'

/** How long the callback waits for the numbers, so that the first page a person sees is complete. */
const waitForNumbersMs = 1_500

/** The pages on which a person connects their extension. They work without JavaScript. */
export function connectRoutes({
  extensions,
  publicUrl,
  ringCentralUrl,
}: {
  extensions: ExtensionService
  publicUrl: string
  ringCentralUrl: string
}) {
  const { links, connecting, consent } = extensions
  const routes = new Hono()
  const secure = publicUrl.startsWith('https:')
  const cookieName = secure ? '__Host-ringql-connect' : 'ringql-connect'

  routes.use(async (c, next) => {
    await actingAs({ kind: 'PERSON' }, next)
    c.header('Cache-Control', 'no-store')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('X-Frame-Options', 'DENY')
    c.header('Cross-Origin-Opener-Policy', 'same-origin')
    // The form's answer is a redirect to RingCentral, which `form-action` must allow as well.
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'self'; form-action 'self' ${new URL(ringCentralUrl).origin}; frame-ancestors 'none'; base-uri 'none'`,
    )
  })

  routes.get('/page.css', (c) =>
    c.body(pageStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  )

  routes.get('/connect', async (c) => {
    const token = c.req.query('token') ?? ''
    const link = await links.look(token)
    if (link.state !== 'valid') return c.html(brokenLinkPage(link.state), brokenStatus(link.state))
    const asked = await consent.asked(link.tenantId)
    return c.html(confirmationPage({ ...link, token, asked }))
  })

  routes.post('/connect', bodyLimit({ maxSize: 10_000 }), async (c) => {
    const token = (await bodyField(c, 'token')) ?? c.req.query('token') ?? ''
    const begun = await connecting.begin(token, ownCookie(c))
    if (!begun.begun) return c.html(brokenLinkPage(begun.link), brokenStatus(begun.link))
    setCookie(c, cookieName, begun.browserSecret, {
      httpOnly: true,
      sameSite: 'Lax',
      secure,
      path: '/',
      maxAge: 1800,
    })
    return c.redirect(begun.authorizationUrl.href, 303)
  })

  routes.get('/callback', async (c) => {
    const browserSecret = getCookie(c, cookieName)
    const completed = await connecting.complete({
      state: c.req.query('state'),
      code: c.req.query('code'),
      browserSecret,
    })
    switch (completed.outcome) {
      case 'unknown':
        return c.html(refusedCallbackPage(), 400)
      case 'other-browser':
        return c.html(refusedCallbackPage(), 403)
      case 'refused':
        return c.html(notConnectedPage(completed.tenantName, 'refused'), 200)
      case 'mapped': {
        const why = completed.conflict === 'user' ? 'otherExtension' : 'otherUser'
        return c.html(notConnectedPage(completed.tenantName, why), 409)
      }
      case 'busy':
        c.header('Retry-After', '60')
        return c.html(notConnectedPage(completed.tenantName, 'busy'), 503)
      case 'failed':
        return c.html(notConnectedPage(completed.tenantName, 'failed'), 502)
      case 'connected':
        return showConnected(c, completed.attemptId, browserSecret, waitForNumbersMs)
    }
  })

  routes.get('/connected', (c) =>
    showConnected(c, c.req.query('attempt') ?? '', getCookie(c, cookieName), 0),
  )

  /** The secret that an earlier visit left, if it is one of ours. */
  function ownCookie(c: Context): string | undefined {
    const value = getCookie(c, cookieName)
    return value && isSecret(value) ? value : undefined
  }

  async function showConnected(
    c: Context,
    attemptId: string,
    browserSecret: string | undefined,
    waitMs: number,
  ) {
    for (const giveUpAt = Date.now() + waitMs; ; await sleep(50)) {
      const found = await connecting.found(attemptId, browserSecret)
      if (!found) return c.html(refusedCallbackPage(), 404)
      const { extension, tenantName } = found
      const complete = extension.numbersDiscoveredAt && extension.webhookSubscriptions.length > 0
      if (complete || Date.now() >= giveUpAt) {
        const allowed = await consent.allowed(extension)
        const selfUrl = `/v1/rc/connected?attempt=${attemptId}`
        return c.html(connectedPage(tenantName, extension, allowed, selfUrl))
      }
    }
  }

  return routes
}

function brokenStatus(state: string): 404 | 410 {
  return state === 'unknown' ? 404 : 410
}

/** From the page's form, or from a program that posts JSON. */
async function bodyField(c: Context, name: string): Promise<string | undefined> {
  const json = c.req.header('content-type')?.startsWith('application/json')
  const body = await (json ? c.req.json() : c.req.parseBody()).catch(() => undefined)
  const value: unknown = body?.[name]
  return typeof value === 'string' ? value : undefined
}
