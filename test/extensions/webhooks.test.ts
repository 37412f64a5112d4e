import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  checkWebhooksJob,
  ensureWebhookJob,
  refreshDueGrantsJob,
} from '../../src/extensions/jobs.ts'
import { days } from '../../src/lib/clock.ts'
import { ava, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

const subscriptions = '/restapi/v1.0/subscription'

async function connected() {
  const time = sharedTime()
  const gateway = await startGateway(time)
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  const { id } = await acme.connect(ava)
  await jobs.idle()
  const check = async () => {
    await gateway.db.budget.deleteMany()
    await jobs.run(checkWebhooksJob, {})
    await jobs.idle()
  }
  /** Lets time pass in which grants are refreshed and nobody looks after webhooks. */
  const keepGrants = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += milliseconds / 8) {
      await time.pass(milliseconds / 8)
      await gateway.db.budget.deleteMany()
      await jobs.run(refreshDueGrantsJob, {})
      await jobs.idle()
    }
  }
  const ensure = () => jobs.run(ensureWebhookJob, { extensionRowId: id })
  const atRingCentral = () => gateway.simulator.subscriptions()
  return { ...time, gateway, jobs, acme, check, keepGrants, ensure, atRingCentral }
}

/** A text that comes in reaches the subscribers, once. */
async function expectTextsArrive(
  {
    simulator,
    jobs,
  }: { simulator: { inbound(text: object): unknown }; jobs: { idle(): Promise<void> } },
  tenant: TestTenant,
) {
  const heard = await tenant.subscribe('subscription { messageReceived { message { text } } }')
  simulator.inbound({ from: '+13105550177', to: ava.number, text: 'Hello?' })
  await heard.waitFor((data) => data)
  await jobs.idle()
  expect(heard.received).toHaveLength(1)
  heard.stop()
}

const created = (gateway: Parameters<typeof asked>[0]) => asked(gateway, subscriptions).length
const renewed = (gateway: Parameters<typeof asked>[0], id = '') =>
  asked(gateway, `${subscriptions}/${id}/renew`).length

describe('a webhook', () => {
  it('is renewed at half its life, again and again, and stays the same', async () => {
    const { pass, gateway, acme, jobs, check, atRingCentral } = await connected()
    const [{ id = '', address = '' } = {}] = atRingCentral()
    await pass(days(3.4))
    await check()
    expect(renewed(gateway, id)).toBe(0)
    for (let round = 1; round <= 4; round += 1) {
      await pass(days(0.2))
      await check()
      expect(renewed(gateway, id)).toBe(round)
      const { extensions } = await acme.query('{ extensions { nodes { webhook { expiresAt } } } }')
      expect(Date.parse(extensions.nodes[0].webhook.expiresAt)).toBe(atRingCentral()[0]?.expiresAt)
      await check()
      expect(renewed(gateway, id)).toBe(round)
      await pass(days(3.4))
    }
    expect(atRingCentral()).toMatchObject([{ id, address }])
    expect(created(gateway)).toBe(1)
    await expectTextsArrive({ ...gateway, jobs }, acme)
  })

  it('whose renewal fails is renewed the next time', async () => {
    const { pass, gateway, check, atRingCentral } = await connected()
    const [{ id = '' } = {}] = atRingCentral()
    await pass(days(3.6))
    gateway.simulator.planFault({
      kind: 'status',
      status: 503,
      path: `${subscriptions}/${id}/renew`,
      count: 1,
    })
    await check()
    await expect.poll(() => renewed(gateway, id)).toBe(2)
    expect(atRingCentral()).toMatchObject([{ id }])
    expect(created(gateway)).toBe(1)
  })

  it.each(['is gone', 'was blacklisted', 'has expired', 'is gone when it is due'])(
    'that %s is replaced by one that works',
    async (how) => {
      const { pass, keepGrants, gateway, acme, jobs, check, atRingCentral } = await connected()
      const [{ id = '', expiresAt = 0 } = {}] = atRingCentral()
      if (how === 'was blacklisted') gateway.simulator.blacklist(id)
      if (how.startsWith('is gone')) await removeAtRingCentral(gateway.simulator, id)
      if (how === 'is gone when it is due') await pass(days(4))
      if (how === 'has expired') {
        await keepGrants(days(7.1))
        expect(expiresAt).toBeLessThan(gateway.simulator.clock.now())
      }
      await check()
      const [fresh, ...others] = atRingCentral()
      expect(others).toEqual([])
      expect(fresh).toMatchObject({ status: 'Active' })
      expect(fresh?.id).not.toBe(id)
      await expectTextsArrive({ ...gateway, jobs }, acme)
      await check()
      expect(atRingCentral()).toMatchObject([{ id: fresh?.id }])
    },
  )

  it('that nobody knows is deleted, but not what belongs to others', async () => {
    const { gateway, acme, jobs, check, atRingCentral } = await connected()
    const [own] = atRingCentral()
    const other = await gateway.createTenant({ name: 'Other' })
    await other.connect(ava)
    await jobs.idle()
    // As a process leaves behind that died in the middle.
    const row = await gateway.db.webhookSubscription.findFirstOrThrow({
      where: { tenantId: acme.id },
    })
    const stray = `${gateway.url}/v1/rc/webhook/${'x'.repeat(43)}`
    await gateway.db.webhookSubscription.create({
      data: {
        ...row,
        disabledFilters: [],
        id: 'x'.repeat(43),
        rcSubscriptionId: null,
        status: 'CREATING',
      },
    })
    await subscribeAtRingCentral(gateway.simulator, stray)
    await gateway.db.webhookSubscription.update({
      where: { id: 'x'.repeat(43) },
      data: { status: 'BROKEN' },
    })
    const elsewhere = await receiver()
    await subscribeAtRingCentral(gateway.simulator, elsewhere)
    expect(atRingCentral()).toHaveLength(4)
    await check()
    const addresses = atRingCentral().map(({ address }) => address)
    expect(addresses).toHaveLength(3)
    expect(addresses).toContain(own?.address)
    expect(addresses).toContain(elsewhere)
    expect(addresses).not.toContain(stray)
    expect(created(gateway)).toBe(4)
  })

  it('whose creation was answered into the void is adopted', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    gateway.simulator.planFault({
      kind: 'accept-then-reset',
      method: 'POST',
      path: subscriptions,
      count: 1,
    })
    await acme.connect(ava)
    await jobs.idle()
    expect(created(gateway)).toBe(1)
    expect(gateway.simulator.subscriptions()).toHaveLength(1)
    await expectTextsArrive({ ...gateway, jobs }, acme)
  })

  it('is one in the end, however many see that it is missing at the same time', async () => {
    const { gateway, acme, jobs, check, ensure, atRingCentral } = await connected()
    await removeAtRingCentral(gateway.simulator, atRingCentral()[0]?.id ?? '')
    await Promise.all(Array.from({ length: 6 }, ensure))
    expect(atRingCentral()).toHaveLength(1)
    await check()
    expect(atRingCentral()).toHaveLength(1)
    await expectTextsArrive({ ...gateway, jobs }, acme)
  })

  it('of a suspended tenant is left alone, and replaced when the tenant comes back', async () => {
    const { keepGrants, gateway, acme, check, atRingCentral, jobs } = await connected()
    const setTenant = (what: string) =>
      gateway.operator.query(
        `mutation ($id: ID!) { ${what}Tenant(input: { tenantId: $id }) { __typename } }`,
        { id: acme.id },
      )
    await setTenant('suspend')
    const before = asked(gateway, subscriptions, 'GET').length
    await check()
    await keepGrants(days(8))
    await check()
    expect(asked(gateway, subscriptions, 'GET')).toHaveLength(before)
    expect(atRingCentral()).toEqual([])
    await setTenant('resume')
    await check()
    expect(atRingCentral()).toHaveLength(1)
    await expectTextsArrive({ ...gateway, jobs }, acme)
  })
})

/** As RingCentral forgets one: not by our doing. */
async function removeAtRingCentral(simulator: Sim, id: string) {
  await asAva(simulator, `${subscriptions}/${id}`, { method: 'DELETE' })
}

type Sim = Awaited<ReturnType<typeof startGateway>>['simulator']

async function subscribeAtRingCentral(simulator: Sim, address: string) {
  const answer = await asAva(simulator, subscriptions, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      eventFilters: ['/restapi/v1.0/account/~/extension/~'],
      deliveryMode: { transportType: 'WebHook', address },
    }),
  })
  expect(answer.status).toBe(200)
}

/** A login of Ava's own on the same app. */
async function asAva({ url, clientId, clientSecret }: Sim, path: string, init: RequestInit) {
  const redirectUri = 'http://localhost/back'
  const consent = await fetch(`${url}/restapi/oauth/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      extensionId: ava.extensionId,
      decision: 'allow',
    }),
  })
  const code = new URL(consent.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const login = await fetch(`${url}/restapi/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
    }),
  })
  const { access_token } = (await login.json()) as { access_token: string }
  const headers = { ...init.headers, authorization: `Bearer ${access_token}` }
  return fetch(`${url}${path}`, { ...init, headers })
}

/** Somebody else's address, which takes part in RingCentral's handshake. */
async function receiver(): Promise<string> {
  const server = createServer((request, response) => {
    const token = String(request.headers['validation-token'] ?? '')
    response.writeHead(200, { 'content-type': 'application/json', 'validation-token': token }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/somebody-else`
}
