import { describe, expect, it } from 'vitest'
import { minutes } from '../../src/lib/clock.ts'
import { dumpDatabase, tracesOf } from '../support/dump.ts'
import { ava, ben, startGateway, type TestTenant } from '../support/gateway.ts'
import { tokenCalls } from '../support/ledger.ts'
import { captureLogs } from '../support/logs.ts'
import { allowAtRingCentral, createBrowser } from '../support/person.ts'
import { sharedTime } from '../support/time.ts'

const createToken = (kind: 'Connect' | 'Invite') =>
  `mutation ($label: String) { result: create${kind}Token(input: { label: $label }) {
     ... on ConnectToken { connectUrl expiresAt }
     ... on RateLimitedError { code message retryAfter }
     ... on Error { code message } } }`

async function newLink(tenant: TestTenant, kind: 'Connect' | 'Invite' = 'Connect') {
  const { result } = await tenant.query(createToken(kind))
  return result.connectUrl as string
}

const tokenOf = (connectUrl: string) => new URL(connectUrl).searchParams.get('token') ?? ''

describe('a link that connects an extension', () => {
  it('E9: lives 5 minutes for the admin and 30 for a team member, and says so', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const acme = await gateway.createTenant()
    const browser = createBrowser()
    for (const [kind, life] of [['Connect', 5] as const, ['Invite', 30] as const]) {
      const { result } = await acme.query(createToken(kind))
      const now = time.app.clock.now().getTime()
      const livesFor = Date.parse(result.expiresAt) - now
      expect(Math.abs(livesFor - minutes(life))).toBeLessThan(10_000)

      await time.pass(minutes(life) - 15_000)
      expect((await browser.open(result.connectUrl)).status).toBe(200)
      await time.pass(20_000)
      const looked = await browser.open(result.connectUrl)
      const pressed = await browser.begin(result.connectUrl)
      for (const page of [looked, pressed]) {
        expect(page.status).toBe(410)
        expect(page.html).toContain('This link has expired')
        expect(page.html).toContain('Ask whoever sent it to you for a new link')
      }
    }
    expect(tokenCalls(gateway)).toEqual([])
  })

  it('E11: of 300 asked for at once exactly 100 an hour are made, three runs out of three, and others do not notice', async () => {
    // How soon the last of them is answered is another matter.
    const gateway = await startGateway({ app: { answerWithinMs: 60_000 } })
    const other = await gateway.createTenant({ name: 'Other' })
    for (const name of ['First', 'Second', 'Third']) {
      const tenant = await gateway.createTenant({ name })
      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, n) =>
          tenant.query(createToken(n % 2 ? 'Connect' : 'Invite')),
        ),
      )
      const results = answers.map(({ result }) => result)
      const refused = results.filter((result) => result.code === 'RATE_LIMITED')
      expect(results.filter((result) => result.connectUrl)).toHaveLength(100)
      expect(refused).toHaveLength(200)
      for (const { retryAfter, message } of refused) {
        expect(retryAfter).toBeGreaterThan(3500)
        expect(retryAfter).toBeLessThanOrEqual(3600)
        expect(message).toContain('100')
      }
      expect(await gateway.db.connectToken.count({ where: { tenantId: tenant.id } })).toBe(100)

      const rest = await fetch(`${gateway.url}/v1/rc/invite-token`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tenant.secret}` },
      })
      expect(rest.status).toBe(429)
      expect(Number(rest.headers.get('retry-after'))).toBeGreaterThan(3500)
      expect(await rest.json()).toEqual({ error: 'Too many requests' })
    }
    expect(await newLink(other)).toContain('/v1/rc/connect?token=')
  })

  it('costs nothing of the hour when it was asked for wrongly', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    for (let n = 0; n < 3; n += 1) {
      const label = 'x'.repeat(101)
      const { result } = await acme.query(createToken('Connect'), { label })
      expect(result).toMatchObject({ code: 'INVALID_INPUT' })
    }
    expect(await gateway.db.budget.findMany()).toEqual([])
  })

  it('E3: shows who asks and for whom, whatever they are called, and who has to sign in', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant({ name: '<script>alert(1)</script> & "Sons"' })
    const { result } = await acme.query(createToken('Invite'), { label: '<b>Ava</b>, front desk' })
    const page = await createBrowser().open(result.connectUrl)
    expect(page.html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot;')
    expect(page.html).toContain('&lt;b&gt;Ava&lt;/b&gt;, front desk')
    expect(page.html).not.toContain('<script')
    expect(page.html).not.toContain('<b>')

    // Someone who is known with an extension has to sign in with that one: who else does is refused.
    await acme.connect(ava)
    await acme.query(
      `mutation { mapUser(input: { userId: "u1", extensionId: "${ava.extensionId}" }) { __typename } }`,
    )
    const { result: own } = await acme.query(
      'mutation { result: createInviteToken(input: { userId: "u1" }) { ... on ConnectToken { connectUrl } } }',
    )
    const browser = createBrowser()
    expect((await browser.open(own.connectUrl)).html).toContain('Ava Hart, extension 101')
    const { location } = await browser.begin(own.connectUrl)
    const wrong = await browser.open(await browser.consent(location, ben.extensionId, 'allow'))
    expect(wrong.status).toBe(409)
    expect(wrong.html).toContain('known with another RingCentral extension')
    expect(await gateway.db.extension.count()).toBe(1)
  })

  it('E1: survives being looked at by mail scanners', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const connectUrl = await newLink(acme)
    const before = await gateway.db.connectToken.findMany()
    for (let n = 0; n < 20; n += 1) {
      const agent = n % 2 ? 'Slackbot-LinkExpanding 1.0' : 'Mozilla/5.0 (compatible; SafeLinks)'
      const headers = { 'user-agent': agent }
      expect((await fetch(connectUrl, { method: 'HEAD', headers })).status).toBe(200)
      expect((await fetch(connectUrl, { headers })).status).toBe(200)
    }
    expect(await gateway.db.connectToken.findMany()).toEqual(before)
    expect(await gateway.db.connectAttempt.count()).toBe(0)
    expect((await createBrowser().begin(connectUrl)).status).toBe(303)
  })

  it('E10: is in no log, and in the database as a hash only', async () => {
    const logs = captureLogs()
    const gateway = await startGateway({ app: { logger: logs.logger } })
    const acme = await gateway.createTenant()
    const connectUrl = await newLink(acme)
    const page = await allowAtRingCentral(connectUrl, ava.extensionId)
    expect(page.html).toContain('Connected to Acme')

    const dump = await dumpDatabase(gateway)
    for (const trace of tracesOf(tokenOf(connectUrl))) {
      expect(dump).not.toContain(trace)
      expect(logs.text()).not.toContain(trace)
    }
    for (const secret of [acme.secret, 'operator-key-for-tests']) {
      expect(logs.text()).not.toContain(secret)
    }
  })

  it('begins once, of 50 presses of its button at the same time', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const connectUrl = await newLink(acme)
    const pages = await Promise.all(
      Array.from({ length: 50 }, () => createBrowser().begin(connectUrl)),
    )
    expect(pages.filter((page) => page.status === 303)).toHaveLength(1)
    const late = pages.filter((page) => page.status === 410)
    expect(late).toHaveLength(49)
    for (const page of late) expect(page.html).toContain('This link has been used')
    expect(await gateway.db.connectAttempt.count()).toBe(1)
    expect((await createBrowser().open(connectUrl)).status).toBe(410)
  })

  it('begins anew for the browser that has begun, of which the last passage counts, and for anybody when nobody came back', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const acme = await gateway.createTenant()
    const connectUrl = await newLink(acme, 'Invite')
    const browser = createBrowser()
    await browser.open(connectUrl)
    // Twice with a double click, then once more after the back button.
    const clicked = await Promise.all([browser.begin(connectUrl), browser.begin(connectUrl)])
    expect(clicked.map(({ status }) => status)).toEqual([303, 303])
    expect((await browser.open(connectUrl)).status).toBe(200)
    const again = await browser.begin(connectUrl)
    expect(again.status).toBe(303)
    for (const { location } of clicked) {
      const callback = await browser.consent(location, ben.extensionId, 'allow')
      expect((await browser.open(callback)).status).toBe(400)
    }
    expect(tokenCalls(gateway)).toEqual([])

    const late = createBrowser()
    expect((await late.open(connectUrl)).status).toBe(410)
    await time.pass(minutes(10))
    expect((await late.open(connectUrl)).status).toBe(200)
    const { location } = await late.begin(connectUrl)
    const page = await late.open(await late.consent(location, ava.extensionId, 'allow'))
    expect(page.html).toContain('Connected to Acme')
    for (const one of [browser, late]) expect((await one.begin(connectUrl)).status).toBe(410)
    expect(await gateway.db.extension.count()).toBe(1)
  })

  it('bears ten passages: nobody spends the calls for logins, which all tenants share, with one link', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const connectUrl = await newLink(acme, 'Invite')
    const browser = createBrowser()
    for (let passage = 1; passage <= 10; passage += 1) {
      const { location } = await browser.begin(connectUrl)
      const state = new URL(location).searchParams.get('state')
      const callback = `${gateway.url}/v1/rc/callback?state=${state}&code=made-up`
      expect((await browser.open(callback)).status).toBe(502)
    }
    for (const page of [await browser.begin(connectUrl), await browser.open(connectUrl)]) {
      expect(page.status).toBe(410)
    }
    expect(tokenCalls(gateway)).toHaveLength(10)
  })

  it('that nobody made is not known, in whatever form it comes', async () => {
    const gateway = await startGateway()
    const browser = createBrowser()
    const strange = ['x', '', 'a'.repeat(5000), "' OR 1=1 --", '\u0000', '%00', '💥']
    for (const token of strange) {
      const url = `${gateway.url}/v1/rc/connect?token=${encodeURIComponent(token)}`
      for (const page of [await browser.open(url), await browser.begin(url)]) {
        expect(page.status).toBe(404)
        expect(page.html).toContain('This link is not known')
        expect(page.html).toContain('Ask whoever sent it to you for a new link')
      }
    }
    const odd = await fetch(`${gateway.url}/v1/rc/connect`, {
      method: 'POST',
      body: 'x'.repeat(20_000),
    })
    expect(odd.status).toBe(413)
    const json = { 'content-type': 'application/json' }
    const posted = await fetch(`${gateway.url}/v1/rc/connect`, {
      method: 'POST',
      body: '{"token":',
      headers: json,
    })
    expect(posted.status).toBe(404)
  })

  it('of a suspended tenant is refused until the tenant is resumed', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const connectUrl = await newLink(acme)
    const browser = createBrowser()
    const setTenant = (what: string) =>
      gateway.operator.query(
        `mutation ($id: ID!) { result: ${what}Tenant(input: { tenantId: $id }) { __typename } }`,
        { id: acme.id },
      )
    await setTenant('suspend')
    for (const page of [await browser.open(connectUrl), await browser.begin(connectUrl)]) {
      expect(page.status).toBe(410)
      expect(page.html).toContain('This link cannot be used now')
      expect(page.html).toContain('not being served at the moment')
    }
    await setTenant('resume')
    expect((await browser.begin(connectUrl)).status).toBe(303)
  })

  it('is worth nothing to a key without the scope', async () => {
    const gateway = await startGateway()
    const reader = await gateway.createTenant({ scopes: ['extensions:read'] })
    const [error] = await reader.errors('mutation { createConnectToken { __typename } }')
    expect(error.extensions.code).toBe('FORBIDDEN')
    const rest = await fetch(`${gateway.url}/v1/rc/connect-token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${reader.secret}` },
    })
    expect(rest.status).toBe(403)
    expect(await gateway.db.connectToken.count()).toBe(0)
  })
})
