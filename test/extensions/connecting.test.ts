import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { forgetApps } from '../../src/extensions/forget-apps.ts'
import { minutes } from '../../src/lib/clock.ts'
import { ava, ben, startGateway, type TestTenant } from '../support/gateway.ts'
import { asked, tokenCalls } from '../support/ledger.ts'
import { captureLogs } from '../support/logs.ts'
import { createBrowser } from '../support/person.ts'
import { sharedTime } from '../support/time.ts'

type Browser = ReturnType<typeof createBrowser>

async function newLink(tenant: TestTenant): Promise<string> {
  const { result } = await tenant.query(
    'mutation { result: createInviteToken { ... on ConnectToken { connectUrl } } }',
  )
  return result.connectUrl
}

/** Goes as far as RingCentral's answer; what is left is to open the callback. */
async function comeBack(browser: Browser, connectUrl: string, extensionId = ava.extensionId) {
  const { location } = await browser.begin(connectUrl)
  return browser.consent(location, extensionId, 'allow')
}

const connected = async (tenant: TestTenant) =>
  (await tenant.query('{ extensions { nodes { extensionId status } } }')).extensions.nodes

const withQuery = (url: string, change: (query: URLSearchParams) => void) => {
  const changed = new URL(url)
  change(changed.searchParams)
  return changed.href
}

const expectRefusedCallback = (page: { status: number; html: string }, status: number) => {
  expect(page.status).toBe(status)
  expect(page.html).toContain('This sign-in could not be completed')
  expect(page.html).toContain('Open the link that you were sent again, in this browser')
}

describe('the way to RingCentral', () => {
  it('E16: is a 303, with a state and an S256 challenge that no other attempt has', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const begun = []
    for (let n = 0; n < 3; n += 1) {
      const page = await createBrowser().begin(await newLink(acme))
      expect(page.status).toBe(303)
      begun.push(new URL(page.location))
    }
    for (const url of begun) {
      expect(url.href).toContain(`${gateway.simulator.url}/restapi/oauth/authorize?`)
      expect(url.searchParams.get('code_challenge_method')).toBe('S256')
      expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
      expect(url.searchParams.get('state')).toMatch(/^[\w-]{43}$/)
      expect(url.searchParams.get('redirect_uri')).toBe(`${gateway.url}/v1/rc/callback`)
      // What comes out of RingCentral's own page must not be told to anybody: it is ours alone.
      expect(url.searchParams.get('code_verifier')).toBeNull()
    }
    expect(new Set(begun.map((url) => url.searchParams.get('state'))).size).toBe(3)
    expect(new Set(begun.map((url) => url.searchParams.get('code_challenge'))).size).toBe(3)
  })

  it('E8: leads back to the public URL, whatever the request calls us', async () => {
    const gateway = await startGateway()
    const { port } = await gateway.startInstance({ publicUrl: 'https://texts.example.com' })
    const acme = await gateway.createTenant()
    const connectUrl = new URL(await newLink(acme))
    const address = `http://localhost:${port}/v1/rc/connect`
    const begun = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
        forwarded: 'host=evil.example',
        'x-original-host': 'evil.example',
      },
      body: new URLSearchParams({ token: connectUrl.searchParams.get('token') ?? '' }),
    })
    const redirect = new URL(begun.headers.get('location') ?? '').searchParams.get('redirect_uri')
    expect(redirect).toBe('https://texts.example.com/v1/rc/callback')
    const [cookie] = begun.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-/)
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) {
      expect(cookie).toContain(attribute)
    }
    expect(cookie).not.toContain('Domain')
  })
})

describe('the way back from RingCentral', () => {
  it('E2: in another browser is refused, asks RingCentral nothing, and stays open for the first', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const victim = createBrowser()
    const attacker = createBrowser()
    const callback = await comeBack(attacker, await newLink(acme), ben.extensionId)
    expectRefusedCallback(await victim.open(callback), 403)
    // One with a cookie of its own is no better.
    await victim.begin(await newLink(acme))
    expectRefusedCallback(await victim.open(callback), 403)
    expect(tokenCalls(gateway)).toEqual([])
    expect(await connected(acme)).toEqual([])

    expect((await attacker.open(callback)).html).toContain('Connected to Acme')
    expect(tokenCalls(gateway)).toHaveLength(1)
  })

  it('E4: is believed once: states that are missing, unknown, used or too old get one and the same page', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const callback = await comeBack(browser, await newLink(acme))
    expect((await browser.open(callback)).status).toBe(200)
    const used = await browser.open(callback)
    const calls = tokenCalls(gateway).length

    const late = await comeBack(browser, await newLink(acme))
    await time.pass(minutes(10))
    const pages = [
      used,
      await browser.open(late),
      await browser.open(withQuery(callback, (query) => query.delete('state'))),
      await browser.open(withQuery(callback, (query) => query.set('state', 'x'.repeat(43)))),
      await browser.open(withQuery(callback, (query) => query.set('state', '\u0000'))),
      await browser.open(`${gateway.url}/v1/rc/callback`),
    ]
    for (const page of pages) expectRefusedCallback(page, 400)
    expect(new Set(pages.map((page) => page.html)).size).toBe(1)
    expect(tokenCalls(gateway)).toHaveLength(calls)
    expect(await connected(acme)).toHaveLength(1)
  })

  it('E4: is refused alike when the app is gone that it was begun with', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const acme = await gateway.createTenant()
    const app = { clientId: 'acme-app-1', clientSecret: 'secret-one' }
    gateway.simulator.registerApp(app)
    await acme.query(
      'mutation ($input: SetRingCentralAppInput!) { setRingCentralApp(input: $input) { __typename } }',
      { input: { ...app, serverUrl: gateway.simulator.url } },
    )
    const browser = createBrowser()
    const callback = await comeBack(browser, await newLink(acme))
    await acme.query('mutation { removeRingCentralApp { __typename } }')
    await time.pass(minutes(10))
    await forgetApps(gateway.db, time.app.clock.now())
    expect(await gateway.db.ringCentralApp.count()).toBe(0)
    expectRefusedCallback(await browser.open(callback), 400)
  })

  it('E5: brings one code to RingCentral when it is opened 50 times at once', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const callback = await comeBack(browser, await newLink(acme))
    const pages = await Promise.all(Array.from({ length: 50 }, () => browser.open(callback)))
    expect(pages.filter((page) => page.status === 200)).toHaveLength(1)
    for (const page of pages.filter((page) => page.status !== 200)) expectRefusedCallback(page, 400)
    expect(tokenCalls(gateway)).toHaveLength(1)
    expect(await connected(acme)).toEqual([{ extensionId: ava.extensionId, status: 'ACTIVE' }])
  })

  it('E6: with a code of another attempt connects nothing', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const [browser, stranger] = [createBrowser(), createBrowser()]
    const own = await comeBack(browser, await newLink(acme))
    const foreign = await comeBack(stranger, await newLink(acme), ben.extensionId)
    const code = new URL(foreign).searchParams.get('code') ?? ''
    const page = await browser.open(withQuery(own, (query) => query.set('code', code)))
    expect(page.status).toBe(502)
    expect(await connected(acme)).toEqual([])
  })

  it('E14: after a no at RingCentral says so, and the link is good again', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const connectUrl = await newLink(acme)
    const { location } = await browser.begin(connectUrl)
    const refusal = await browser.consent(location, ava.extensionId, 'refuse')
    expect(refusal).toContain('error=access_denied')
    const page = await browser.open(refusal)
    expect(page.status).toBe(200)
    expect(page.html).toContain('Nothing was connected')
    expect(page.html).toContain('You did not allow access')
    expect(page.html).toContain('open the link that you were sent once more')
    expect(tokenCalls(gateway)).toEqual([])

    const again = await browser.open(await comeBack(browser, connectUrl))
    expect(again.html).toContain('Connected to Acme')
    expectRefusedCallback(await browser.open(refusal), 400)
    expect((await browser.open(connectUrl)).status).toBe(410)
  })

  it.each([
    { kind: 'status', status: 503 },
    { kind: 'reset' },
    { kind: 'accept-then-reset' },
    { kind: 'status', status: 400, body: { error: 'invalid_client' } },
    { kind: 'status', status: 502, body: '<html>Bad gateway</html>' },
  ] as const)(
    'with RingCentral failing ($kind $status) says so, and the link is good again',
    async (fault) => {
      const logs = captureLogs()
      const gateway = await startGateway({ app: { logger: logs.logger } })
      const acme = await gateway.createTenant()
      const browser = createBrowser()
      const connectUrl = await newLink(acme)
      const callback = await comeBack(browser, connectUrl)
      gateway.simulator.planFault({ ...fault, path: '/restapi/oauth/token', count: 1 })
      const page = await browser.open(callback)
      expect(page.status).toBe(502)
      expect(page.html).toContain('Nothing was connected')
      const isApp = fault.kind === 'status' && fault.status === 400
      expect(page.html).toContain(
        isApp
          ? 'does not take the credentials of this app'
          : 'RingCentral could not be reached, or did not answer as expected',
      )
      expect(await connected(acme)).toEqual([])
      const code = new URL(callback).searchParams.get('code') ?? '?'
      expect(logs.text()).not.toContain(code)

      const again = await browser.open(await comeBack(browser, connectUrl))
      expect(again.html).toContain('Connected to Acme')
    },
  )

  it('with too many others says to wait a minute, and the link is good again', async () => {
    const gateway = await startGateway({ app: { tokenCallsPerMinute: 2 } })
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const links = []
    for (let n = 0; n < 3; n += 1) links.push(await newLink(acme))
    const [first = '', second = '', third = ''] = links
    expect((await browser.open(await comeBack(browser, first))).status).toBe(200)
    gateway.simulator.planFault({ kind: 'rate-limit', path: '/restapi/oauth/token', count: 1 })
    const pages = [
      await browser.open(await comeBack(browser, second)),
      await browser.open(await comeBack(browser, third)),
    ]
    for (const page of pages) {
      expect(page.status).toBe(503)
      expect(page.headers.get('retry-after')).toBe('60')
      expect(page.html).toContain('Wait a minute before you try again')
    }
    // The third did not prolong the penalty of the second.
    expect(tokenCalls(gateway)).toHaveLength(2)
    await gateway.db.budget.deleteMany()
    expect((await browser.open(await comeBack(browser, third))).status).toBe(200)
  })

  it('leaves, however many of one tenant do, some of the calls to the texts of others', async () => {
    const gateway = await startGateway({ app: { tokenCallsPerMinute: 5 } })
    const [acme, other] = [await gateway.createTenant(), await gateway.createTenant()]
    const outcomes = await Promise.all(
      [1, 2, 3, 4, 5].map(async () => {
        const browser = createBrowser()
        return (await browser.open(await comeBack(browser, await newLink(acme)))).status
      }),
    )
    expect(outcomes.sort()).toEqual([200, 200, 200, 503, 503])
    expect(tokenCalls(gateway)).toHaveLength(3)
    expect((await other.connect(ben)).status).toBe('ACTIVE')
  })

  it('with RingCentral failing right after the tokens leaves nothing half-done', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const connectUrl = await newLink(acme)
    gateway.simulator.planFault({
      kind: 'status',
      status: 503,
      path: '/restapi/v1.0/account/~/extension/~',
      count: 1,
    })
    const page = await browser.open(await comeBack(browser, connectUrl))
    expect(page.status).toBe(502)
    expect(await gateway.db.extension.count()).toBe(0)
    expect(await gateway.db.grant.count()).toBe(0)
    expect((await browser.open(await comeBack(browser, connectUrl))).status).toBe(200)
  })

  it('E12: of two tabs in one browser is believed in both, each for the tenant whose link it is', async () => {
    const gateway = await startGateway()
    const [acme, other] = [await gateway.createTenant(), await gateway.createTenant()]
    const browser = createBrowser()
    const first = await comeBack(browser, await newLink(acme), ava.extensionId)
    const second = await comeBack(browser, await newLink(other), ben.extensionId)
    expect((await browser.open(second)).html).toContain('Ben Ortiz')
    expect((await browser.open(first)).html).toContain('Ava Hart')
    expect(await connected(acme)).toMatchObject([{ extensionId: ava.extensionId }])
    expect(await connected(other)).toMatchObject([{ extensionId: ben.extensionId }])
  })

  it('is worth nothing once the tenant was suspended', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const callback = await comeBack(browser, await newLink(acme))
    await gateway.operator.query(
      `mutation ($id: ID!) { suspendTenant(input: { tenantId: $id }) { __typename } }`,
      { id: acme.id },
    )
    expectRefusedCallback(await browser.open(callback), 400)
    expect(tokenCalls(gateway)).toEqual([])
  })
})

describe('the page at the end', () => {
  it('E15: names who was connected and the numbers for texts, and nothing that RingCentral smuggles in', async () => {
    const gateway = await startGateway()
    const { id } = gateway.simulator.addExtension({
      firstName: '<script>alert(1)</script>',
      email: 'script@example.com',
      lastName: '"><img src=x>',
      extensionNumber: '7<i>',
      phoneNumbers: ['+16505550107'],
    })
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const page = await browser.open(await comeBack(browser, await newLink(acme), id))
    expect(page.status).toBe(200)
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&gt;&lt;img src=x&gt;')
    expect(page.html).toContain('7&lt;i&gt;')
    for (const raw of ['<script', '<img', '<i>']) expect(page.html).not.toContain(raw)
    expect(page.html).toContain('+16505550107')
    expect(page.html).toContain('Being received')
    expect(page.html).not.toContain('http-equiv')
  })

  it('keeps itself current while RingCentral is slow, for the browser that connected alone', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const callback = await comeBack(browser, await newLink(acme))
    gateway.simulator.planFault({ kind: 'delay', ms: 2500, path: '**/phone-number', count: 1 })
    const page = await browser.open(callback)
    expect(page.html).toContain('Ava Hart')
    expect(page.html).toContain('Looking for your numbers')
    const refresh = /http-equiv="refresh" content="2;url=([^"]+)"/.exec(page.html)?.[1] ?? ''
    expect(refresh).toMatch(/^\/v1\/rc\/connected\?attempt=/)

    const current = `${gateway.url}${refresh.replaceAll('&amp;', '&')}`
    const stranger = await createBrowser().open(current)
    expect(stranger.status).toBe(404)
    for (const fact of ['Ava', ava.number, ava.extensionId, 'Acme']) {
      expect(stranger.html).not.toContain(fact)
    }
    const elsewhere = createBrowser()
    await elsewhere.begin(await newLink(acme))
    expect((await elsewhere.open(current)).status).toBe(404)
    expect((await browser.open(`${gateway.url}/v1/rc/connected`)).status).toBe(404)

    await expect
      .poll(async () => (await browser.open(current)).html, { timeout: 8000 })
      .toContain(ava.number)
    const last = await browser.open(current)
    expect(last.html).toContain('Being received')
    expect(last.html).not.toContain('http-equiv')
  })

  it('B11: cannot be framed, kept, or made to load or tell anything, and neither can its like', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const connectUrl = await newLink(acme)
    const link = await browser.open(connectUrl)
    const begun = await browser.begin(connectUrl)
    const callback = await browser.consent(begun.location, ava.extensionId, 'allow')
    const pages = [
      link,
      begun,
      await browser.open(callback),
      await browser.open(callback),
      await browser.open(connectUrl),
      await browser.open(`${gateway.url}/v1/rc/connected?attempt=x`),
      await browser.open(`${gateway.url}/v1/rc/connected?attempt=%00`),
      await createBrowser().open(`${gateway.url}/v1/rc/connect?token=x`),
    ]
    for (const { status, headers } of pages) {
      expect(status).toBeLessThan(500)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('content-security-policy')?.split('; ')).toEqual([
        "default-src 'none'",
        "style-src 'self'",
        // RingCentral's own too: tenants may have apps there.
        `form-action 'self' ${gateway.simulator.url} https://*.ringcentral.com`,
        "frame-ancestors 'none'",
        "base-uri 'none'",
      ])
    }
    for (const { html } of pages) expect(html).not.toMatch(/<script|style="|src="|href="http/)
    const style = await browser.open(`${gateway.url}/v1/rc/page.css`)
    expect(style.headers.get('content-type')).toContain('text/css')
  })
})

describe('what RingCentral hears', () => {
  it('is the code with the verifier that was promised, and the same redirect URI', async () => {
    const bodies: URLSearchParams[] = []
    const gateway = await startGateway({
      app: {
        fetch: (url, init) => {
          if (String(url).endsWith('/oauth/token'))
            bodies.push(new URLSearchParams(String(init?.body)))
          return fetch(url, init)
        },
      },
    })
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    const { location } = await browser.begin(await newLink(acme))
    await browser.open(await browser.consent(location, ava.extensionId, 'allow'))
    const [body] = bodies
    const verifier = body?.get('code_verifier') ?? ''
    const promised = new URL(location).searchParams.get('code_challenge')
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(promised)
    expect(body?.get('redirect_uri')).toBe(`${gateway.url}/v1/rc/callback`)
    expect(asked(gateway, '/restapi/oauth/token')).toHaveLength(1)
  })
})
