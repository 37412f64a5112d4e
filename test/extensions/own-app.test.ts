import { describe, expect, it, onTestFinished } from 'vitest'
import { grantableScopes } from '../../simulator/oauth/scopes.ts'
import { startSimulator } from '../../simulator/simulator.ts'
import { rediscoverNumbersJob } from '../../src/extensions/jobs.ts'
import { hours } from '../../src/lib/clock.ts'
import { dumpDatabase } from '../support/dump.ts'
import { ava, ben, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { createBrowser } from '../support/person.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

const setApp = `mutation ($input: SetRingCentralAppInput!) {
  result: setRingCentralApp(input: $input) {
    __typename
    ... on RingCentralApp { isOwn clientId serverUrl redirectUri }
    ... on Error { code message }
    ... on InvalidInputError { field }
    ... on RingCentralAppRefusedError { rcError }
  }
}`
const set = async (tenant: TestTenant, input: object) =>
  (await tenant.query(setApp, { input })).result
const status = async (tenant: TestTenant) =>
  (await tenant.query('{ status { app { isOwn clientId redirectUri } problems { code scopes } } }'))
    .status

/** Remembers as which app the gateway comes to the token endpoint. */
function watchApps() {
  const seen: string[] = []
  const watching: typeof fetch = async (url, init) => {
    if (String(url).endsWith('/restapi/oauth/token')) {
      const basic = new Headers(init?.headers).get('authorization')?.replace(/^Basic /, '')
      const named = new URLSearchParams(String(init?.body)).get('client_id')
      seen.push(basic ? (Buffer.from(basic, 'base64').toString().split(':')[0] ?? '') : `${named}`)
    }
    return fetch(url, init)
  }
  return { fetch: watching, take: () => seen.splice(0) }
}

async function begin(tenant: TestTenant, browser = createBrowser()) {
  const { link } = await tenant.query(
    'mutation { link: createConnectToken { ... on ConnectToken { connectUrl } } }',
  )
  await browser.open(link.connectUrl)
  const { location } = await browser.begin(link.connectUrl)
  return { browser, location: new URL(location) }
}

describe("a tenant's own app", () => {
  it('is proved, kept sealed, and used for links and refreshes; who is connected stays with the app they came through', async () => {
    const wire = watchApps()
    const time = sharedTime({ app: { fetch: wire.fetch } })
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const { simulator } = gateway
    simulator.registerApp({ clientId: 'acme-app-1', clientSecret: 'secret-one' })
    const acme = await gateway.createTenant()
    expect(await status(acme)).toMatchObject({ app: { isOwn: false, clientId: 'simu…nt' } })
    await acme.connect(ben)
    wire.take()

    const own = { clientId: 'acme-app-1', serverUrl: simulator.url }
    for (const clientSecret of ['another secret', undefined]) {
      const refused = await set(acme, { ...own, clientSecret: clientSecret?.replaceAll(' ', '-') })
      expect(refused).toMatchObject({ code: 'RINGCENTRAL_APP_REFUSED', rcError: 'invalid_client' })
    }
    // Nobody makes the gateway call another address.
    for (const serverUrl of [
      'http://169.254.169.254',
      `${simulator.url}.evil.test`,
      'file:///etc',
    ]) {
      const faulty = await set(acme, { ...own, serverUrl, clientSecret: 'secret-one' })
      expect(faulty).toMatchObject({ code: 'INVALID_INPUT', field: 'serverUrl' })
    }
    simulator.planFault({ kind: 'status', status: 502, path: '/restapi/oauth/token', count: 1 })
    expect(await set(acme, { ...own, clientSecret: 'secret-one' })).toMatchObject({
      code: 'RINGCENTRAL_UNREACHABLE',
    })
    expect(await gateway.db.ringCentralApp.count()).toBe(0)

    expect(await set(acme, { ...own, clientSecret: 'secret-one' })).toEqual({
      __typename: 'RingCentralApp',
      isOwn: true,
      clientId: 'acme…-1',
      serverUrl: simulator.url,
      redirectUri: `${gateway.url}/v1/rc/callback`,
    })
    wire.take()
    const ofAva = await acme.connect(ava)
    expect(wire.take()).toEqual(['acme-app-1'])
    expect(await dumpDatabase(gateway)).not.toContain('secret-one')
    await jobs.idle()

    // An hour later each grant is refreshed with its own app, and texts leave in both names.
    await time.pass(hours(1))
    for (const { number } of [ava, ben]) {
      const sent = await send(acme, { from: number, to: [stranger], text: `from ${number}` })
      await waitForStatus(acme, sent.id, 'SENT', 'DELIVERED')
    }
    expect(new Set(wire.take())).toEqual(new Set(['acme-app-1', 'simulator-client']))

    // The app's secret is changed at RingCentral, then here: its grants go on. Then a public app takes over.
    simulator.registerApp({ clientId: 'acme-app-1', clientSecret: 'secret-two' })
    expect(await set(acme, { ...own, clientSecret: 'secret-two' })).toMatchObject({ isOwn: true })
    simulator.registerApp({ clientId: 'acme-app-2', clientSecret: '' })
    expect(await set(acme, { ...own, clientId: 'acme-app-2' })).toMatchObject({ isOwn: true })
    await time.pass(hours(1))
    wire.take()
    const sent = await send(acme, { from: ava.number, to: [stranger], text: 'still Ava' })
    await waitForStatus(acme, sent.id, 'SENT', 'DELIVERED')
    expect(wire.take()).toContain('acme-app-1')
    expect(await gateway.db.extension.count({ where: { status: 'ACTIVE' } })).toBe(2)

    // Ava connects again, through the new one: the old app is needed no more, and the old webhook is gone.
    const before = simulator.subscriptions().map(({ id }) => id)
    await acme.connect(ava)
    expect(wire.take()).toContain('acme-app-2')
    await jobs.idle()
    const { grant } = await gateway.db.extension.findUniqueOrThrow({
      where: { id: ofAva.id },
      include: { grant: { include: { app: true } } },
    })
    expect(grant?.app?.clientId).toBe('acme-app-2')
    await expect
      .poll(async () => {
        await jobs.run(rediscoverNumbersJob, {})
        return (await gateway.db.ringCentralApp.findMany()).map(({ clientId }) => clientId)
      })
      .toEqual(['acme-app-2'])
    const after = simulator.subscriptions().map(({ id }) => id)
    expect(before.filter((id) => after.includes(id)).length).toBe(1)

    const { removed } = await acme.query(
      'mutation { removed: removeRingCentralApp { ... on RingCentralApp { isOwn } ... on Error { code } } }',
    )
    expect(removed).toEqual({ isOwn: false })
    expect(await gateway.db.grant.count({ where: { appId: { not: null } } })).toBe(1)
    const actions = await gateway.db.auditEntry.groupBy({ by: ['action'], _count: true })
    expect(Object.fromEntries(actions.map(({ action, _count }) => [action, _count]))).toMatchObject(
      {
        RINGCENTRAL_APP_SET: 3,
        RINGCENTRAL_APP_REMOVED: 1,
      },
    )
  })

  it('named by somebody who guesses its secret is not kept from its own calls', async () => {
    const gateway = await startGateway({ app: { tokenCallsPerMinute: 5 } })
    const [acme, other] = [await gateway.createTenant(), await gateway.createTenant()]
    const { simulator } = gateway
    const app = { clientId: 'acme-app-1', serverUrl: simulator.url }
    simulator.registerApp({ ...app, clientSecret: 'secret-one' })
    await set(acme, { ...app, clientSecret: 'secret-one' })
    for (const clientId of [app.clientId, simulator.clientId, app.clientId, simulator.clientId]) {
      const guessed = await set(other, { ...app, clientId, clientSecret: 'guess' })
      expect(guessed.code).toBe('RINGCENTRAL_APP_REFUSED')
    }
    expect(await set(other, { ...app, clientSecret: 'guess' })).toMatchObject({
      code: 'RATE_LIMITED',
    })
    const spent = await gateway.db.budget.findMany({ where: { key: { startsWith: 'token-' } } })
    expect(spent.flatMap(({ usedAt }) => usedAt)).toEqual([])
  })

  it('without refresh tokens, or with fewer scopes: the page and `status` say what is missing', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const app = { clientId: 'acme-app-1', clientSecret: 'secret-one' }
    gateway.simulator.registerApp({ ...app, issueRefreshTokens: false })
    await set(acme, { ...app, serverUrl: gateway.simulator.url })
    const { browser, location } = await begin(acme)
    const page = await browser.open(await browser.consent(location.href, ava.extensionId, 'allow'))
    expect(page.status).toBe(502)
    expect(page.html).toContain('Issue refresh tokens')
    expect((await status(acme)).problems).toEqual([{ code: 'NO_REFRESH_TOKEN', scopes: [] }])

    const scope = grantableScopes.filter((one) => one !== 'RingOut')
    gateway.simulator.registerApp({ ...app, issueRefreshTokens: true, scope })
    const again = await begin(acme)
    const connected = await again.browser.open(
      await again.browser.consent(again.location.href, ava.extensionId, 'allow'),
    )
    expect(connected.status).toBe(200)
    expect(connected.html).toMatch(/did not let it do the following.*start calls from your phone/s)
    expect((await status(acme)).problems).toEqual([{ code: 'MISSING_SCOPES', scopes: ['RingOut'] }])
  })

  it('E7: an answer of one server or app is not taken for one of another', async () => {
    const other = await startSimulator({
      limits: false,
      clientId: 'other-app',
      clientSecret: 'other',
    })
    onTestFinished(() => other.close())
    const gateway = await startGateway({ app: { otherServers: [other.url] } })
    const acme = await gateway.createTenant()
    const first = await begin(acme)
    const app = { clientId: 'other-app', clientSecret: 'other', serverUrl: other.url }
    const host = new URL(other.url).host
    expect(await set(acme, app)).toMatchObject({
      redirectUri: `${gateway.url}/v1/rc/callback/${host}`,
    })
    const second = await begin(acme)
    expect(second.location.origin).toBe(other.url)
    expect(second.location.searchParams.get('redirect_uri')).toBe(
      `${gateway.url}/v1/rc/callback/${host}`,
    )
    const callbackOf = async ({ browser, location }: typeof first) =>
      new URL(await browser.consent(location.href, ava.extensionId, 'allow'))
    const [fromFirst, fromSecond] = [await callbackOf(first), await callbackOf(second)]
    const calls = () =>
      [gateway.simulator, other].map(
        (server) => server.ledger().filter(({ path }) => path === '/restapi/oauth/token').length,
      )
    const before = calls()
    // The state of the one where the other's answers come in: refused, and neither is asked for tokens.
    for (const [{ browser }, wrong, at] of [
      [first, fromFirst, fromSecond],
      [second, fromSecond, fromFirst],
    ] as const) {
      const page = await browser.open(`${at.origin}${at.pathname}${wrong.search}`)
      expect(page.status).toBe(400)
    }
    expect(calls()).toEqual(before)
    // Begun before the app was set: it ends where it began.
    expect((await first.browser.open(fromFirst.href)).status).toBe(200)
    expect((await second.browser.open(fromSecond.href)).status).toBe(200)
    expect(calls()).toEqual(before.map((count) => count + 1))
  })
})
