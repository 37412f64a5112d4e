import { setTimeout as sleep } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import type { Db } from '../db/client.ts'
import { pageStyle } from '../http/page-style.ts'
import type { Logger } from '../lib/logger.ts'
import { actingAs } from '../lib/request-scope.ts'
import { createSecret } from '../lib/secrets.ts'
import { createBrowserCookie } from './connect-cookie.ts'
import { connectHeaders } from './connect-headers.ts'
import {
  brokenLinkPage,
  brokenPage,
  confirmationPage,
  notConnectedPage,
  refusedCallbackPage,
} from './connect-pages.ts'
import { connectedPage } from './connected-page.ts'
import { expectedUser } from './expected-user.ts'
import type { ExtensionService } from './service.ts'

/** How long the callback waits for the numbers, so that the first page a person sees is complete. */
const waitForNumbersMs = 1_500

/** The pages on which a person connects their extension. They work without JavaScript. */
export function connectRoutes({
  db,
  extensions,
  publicUrl,
  appServers,
  logger,
}: {
  db: Db
  extensions: ExtensionService
  publicUrl: string
  /** RingCentral's servers, where people sign in. */
  appServers: readonly string[]
  logger: Logger
}) {
  const { links, connecting, consent } = extensions
  const cookie = createBrowserCookie(publicUrl)
  const routes = new Hono()
  routes.use(connectHeaders(appServers))
  routes.use((_c, next) => actingAs({ kind: 'PERSON' }, next))
  routes.onError((error, c) => {
    // Not our fault: a body beyond the limit, for example.
    if (error instanceof HTTPException) return error.getResponse()
    logger.error({ err: error, route: routePath(c, -1) }, 'A connect page failed')
    return c.html(brokenPage(), 500)
  })

  routes.get('/page.css', (c) =>
    c.body(pageStyle, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
  )

  routes.get('/connect', async (c) => {
    const token = c.req.query('token') ?? ''
    const link = await links.look(token, cookie.read(c))
    if (link.state !== 'valid') return c.html(brokenLinkPage(link.state), brokenStatus(link.state))
    cookie.set(c, cookie.read(c) ?? createSecret())
    const asked = await consent.asked(link.tenantId)
    const expected = await expectedUser(db, link)
    return c.html(confirmationPage({ ...link, token, asked, expected }))
  })

  routes.post('/connect', bodyLimit({ maxSize: 10_000 }), async (c) => {
    const token = (await bodyField(c, 'token')) ?? c.req.query('token') ?? ''
    if (isFromElsewhere(c, publicUrl)) {
      // By GET the browser brings its cookie along, which a passage in another tab may need.
      return c.redirect(`/v1/rc/connect?${new URLSearchParams({ token })}`, 303)
    }
    const begun = await connecting.begin(token, cookie.read(c))
    if (!begun.begun) return c.html(brokenLinkPage(begun.link), brokenStatus(begun.link))
    cookie.set(c, begun.browserSecret)
    return c.redirect(begun.authorizationUrl.href, 303)
  })

  routes.get('/callback/:server?', async (c) => {
    const browserSecret = cookie.read(c)
    const completed = await connecting.complete({
      state: c.req.query('state'),
      code: c.req.query('code'),
      browserSecret,
      callbackUrl: `${publicUrl}${c.req.path}`,
    })
    switch (completed.outcome) {
      case 'unknown':
        return c.html(refusedCallbackPage(), 400)
      case 'other-browser':
        return c.html(refusedCallbackPage(), 403)
      case 'refused':
        return c.html(notConnectedPage(completed.sender, 'refused'), 200)
      case 'mapped': {
        const why = completed.conflict === 'user' ? 'otherExtension' : 'otherUser'
        return c.html(notConnectedPage(completed.sender, why), 409)
      }
      case 'busy':
        c.header('Retry-After', '60')
        return c.html(notConnectedPage(completed.sender, 'busy'), 503)
      case 'failed':
        return c.html(notConnectedPage(completed.sender, completed.failure ?? 'failed'), 502)
      case 'connected':
        return showConnected(c, completed.attemptId, browserSecret, waitForNumbersMs)
    }
  })

  routes.get('/connected', (c) => showConnected(c, c.req.query('attempt') ?? '', cookie.read(c), 0))

  async function showConnected(
    c: Context,
    attemptId: string,
    browserSecret: string | undefined,
    waitMs: number,
  ) {
    for (const giveUpAt = Date.now() + waitMs; ; await sleep(50)) {
      const found = await connecting.found(attemptId, browserSecret)
      if (!found) return c.html(refusedCallbackPage(), 404)
      const { extension, sender } = found
      const complete = extension.numbersDiscoveredAt && extension.webhookSubscriptions.length > 0
      if (complete || Date.now() >= giveUpAt) {
        const allowed = await consent.allowed(extension)
        const lacking = await consent.lacking(extension)
        const selfUrl = `/v1/rc/connected?attempt=${attemptId}`
        return c.html(connectedPage(sender, extension, { allowed, lacking }, selfUrl))
      }
    }
  }

  return routes
}

/**
 * Whether a page of somebody else's has sent the form: its visitor has not read who asks, and RingCentral may let them
 * through without a word. Browsers tell, and no page can change it: https://www.w3.org/TR/fetch-metadata/
 */
function isFromElsewhere(c: Context, publicUrl: string): boolean {
  if (['cross-site', 'same-site'].includes(c.req.header('sec-fetch-site') ?? '')) return true
  // Older browsers, and those on plain http, tell the origin alone; of our own page, which sends no referrer, it is `null`.
  const origin = c.req.header('origin')
  return origin !== undefined && origin !== 'null' && origin !== new URL(publicUrl).origin
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
