import { describe, expect, it } from 'vitest'
import { discoverNumbersJob, ensureWebhookJob } from '../../src/extensions/jobs.ts'
import { minutes } from '../../src/lib/clock.ts'
import { syncDirectoryJob } from '../../src/people/jobs.ts'
import { dumpDatabase } from '../support/dump.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

const disconnect = `mutation { result: disconnect { __typename
  ... on Disconnected { extensions { extensionId status statusReason disconnectedAt phoneNumbers { id } webhook { expiresAt } } }
  ... on Error { code message } } }`
const sendSms = (
  text: string,
) => `mutation { result: sendSms(input: { from: "${ava.number}", to: ["+14155550123"],
  text: "${text}" }) { __typename ... on Message { id status } ... on Error { code message } } }`
const changes =
  'subscription { extensionChanged { extension { extensionId status statusReason } } }'
const statusChanges =
  'subscription { messageStatusChanged { message { id status errorCode errorMessage } } }'

/** Between us and RingCentral: keeps back what it has answered, until told to let go. */
function holdAnswers() {
  let held: ((url: string, method: string) => boolean) | undefined
  let arrived = Promise.withResolvers<void>()
  let released = Promise.withResolvers<void>()
  const holding: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (!held?.(String(url), init?.method ?? 'GET')) return response
    held = undefined
    arrived.resolve()
    await released.promise
    return response
  }
  return {
    fetch: holding,
    /** Resolves when RingCentral has answered such a request, once. */
    hold(which: (url: string, method: string) => boolean) {
      arrived = Promise.withResolvers()
      released = Promise.withResolvers()
      held = which
      return arrived.promise
    },
    release: () => released.resolve(),
  }
}

async function connected(people = [ava]) {
  const answers = holdAnswers()
  const time = sharedTime({ app: { fetch: answers.fetch } })
  const gateway = await startGateway(time)
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  const ids: string[] = []
  for (const person of people) ids.push((await acme.connect(person)).id)
  await jobs.idle()
  const revoked = () => asked(gateway, '/restapi/oauth/revoke')
  const kept = async () => ({
    grants: await gateway.db.grant.count(),
    numbers: await gateway.db.phoneNumber.count(),
    releases: await gateway.db.grantRelease.count(),
  })
  return { ...time, gateway, jobs, acme, ids, revoked, kept, answers }
}

describe('disconnecting', () => {
  it('wipes tokens and numbers, ends webhooks and sessions, and tells everybody', async () => {
    const { gateway, jobs, acme, revoked, kept } = await connected([ava, ben])
    const other = await gateway.createTenant({ name: 'Other' })
    await other.connect(ava)
    await jobs.idle()
    const heard = await acme.subscribe(changes)
    const otherHears = await other.subscribe(changes)
    const sealed = await gateway.db.grant.findMany({ where: { extension: { tenantId: acme.id } } })

    const { result } = await acme.query(disconnect)
    expect(result.extensions).toHaveLength(2)
    for (const extension of result.extensions) {
      expect(extension).toMatchObject({
        status: 'REVOKED',
        statusReason: 'Disconnected.',
        disconnectedAt: expect.stringMatching(/Z$/),
        phoneNumbers: [],
        webhook: null,
      })
    }
    for (const { extensionId } of [ava, ben]) {
      const { extensionChanged } = await heard.waitFor(
        (data) => data.extensionChanged.extension.extensionId === extensionId,
      )
      expect(extensionChanged.extension.status).toBe('REVOKED')
    }
    expect(
      (await acme.query('{ status { connected expiresAt activeExtensions } }')).status,
    ).toEqual({
      connected: false,
      expiresAt: null,
      activeExtensions: 0,
    })
    expect((await acme.query('{ phoneNumbers { nodes { id } } }')).phoneNumbers.nodes).toEqual([])

    await jobs.idle()
    expect(revoked().map((entry) => entry.status)).toEqual([200, 200])
    const deleted = gateway.simulator.ledger().filter((entry) => entry.method === 'DELETE')
    expect(deleted.map((entry) => entry.status)).toEqual([204, 204])
    // Before the session ended, or RingCentral would not have listened.
    expect(deleted[0]?.sequence).toBeLessThan(revoked()[0]?.sequence ?? 0)
    const dump = await dumpDatabase(gateway)
    for (const { accessTokenSealed, refreshTokenSealed } of sealed) {
      for (const bytes of [accessTokenSealed, refreshTokenSealed]) {
        expect(dump).not.toContain(Buffer.from(bytes).toString('hex'))
      }
    }
    expect(await kept()).toEqual({ grants: 1, numbers: 1, releases: 0 })
    expect(gateway.simulator.subscriptions()).toHaveLength(1)
    expect(otherHears.received).toEqual([])
    expect((await other.query('{ status { connected } }')).status.connected).toBe(true)
  })

  it('fails what was queued, and what comes afterwards is refused', async () => {
    const { gateway, jobs, acme } = await connected()
    // Nothing leaves, and nothing is refused for good.
    gateway.simulator.planFault({ kind: 'rate-limit', retryAfter: 300, path: '**/sms' })
    const heard = await acme.subscribe(statusChanges)
    const queued: string[] = []
    for (let n = 0; n < 5; n += 1) queued.push((await acme.query(sendSms(`Text ${n}`))).result.id)
    await jobs.idle()
    await acme.query(disconnect)
    for (const id of queued) {
      const { messageStatusChanged } = await heard.waitFor(
        ({ messageStatusChanged: { message } }) =>
          message.id === id && message.status === 'SENDING_FAILED',
      )
      expect(messageStatusChanged.message).toMatchObject({
        errorCode: 'NOT_CONNECTED',
        errorMessage: expect.stringMatching(/^RingCentral not connected: .*`createInviteToken`/),
      })
    }
    expect(gateway.simulator.outbox()).toEqual([])
    const { result } = await acme.query(sendSms('Too late'))
    expect(result).toMatchObject({
      code: 'NOT_CONNECTED',
      message: expect.stringContaining('`createConnectToken`'),
    })
    const { messages } = await acme.query('{ messages { nodes { status } } }')
    expect(messages.nodes).toHaveLength(5)
  })

  it('twice is told so, and over REST is fine', async () => {
    const { gateway, acme, jobs } = await connected()
    expect((await acme.query(disconnect)).result.__typename).toBe('Disconnected')
    await jobs.idle()
    expect((await acme.query(disconnect)).result).toEqual({
      __typename: 'NotConnectedError',
      code: 'NOT_CONNECTED',
      message: expect.stringContaining('`createConnectToken`'),
    })
    const rest = await fetch(`${gateway.url}/v1/rc/disconnect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme.secret}` },
    })
    expect(rest.status).toBe(200)
    expect(await rest.json()).toEqual({ ok: true })
    const never = await gateway.createTenant({ name: 'Never' })
    expect((await never.query(disconnect)).result.code).toBe('NOT_CONNECTED')
  })

  it('twenty times at once happens once', async () => {
    const { gateway, jobs, acme, revoked } = await connected([ava, ben])
    const heard = await acme.subscribe(changes)
    const answers = await Promise.all(Array.from({ length: 20 }, () => acme.query(disconnect)))
    const done = answers.filter(({ result }) => result.__typename === 'Disconnected')
    expect(done).toHaveLength(1)
    expect(answers.filter(({ result }) => result.code === 'NOT_CONNECTED')).toHaveLength(19)
    await jobs.idle()
    expect(revoked()).toHaveLength(2)
    await heard.waitFor(() => heard.received.length === 2)
    expect(
      await gateway.db.event.count({ where: { type: 'extension.changed', tenantId: acme.id } }),
    ).toBe(heard.received.length + 4)
  })

  it.each(['hang', 'reset', 'status'] as const)(
    'answers at once with RingCentral failing (%s), and cleans up later',
    async (kind) => {
      const { gateway, jobs, acme, revoked, kept } = await connected()
      const fault = kind === 'status' ? { kind, status: 503 } : { kind }
      gateway.simulator.planFault({ ...fault, path: '/restapi' })
      const began = performance.now()
      expect((await acme.query(disconnect)).result.__typename).toBe('Disconnected')
      expect(performance.now() - began).toBeLessThan(1000)
      expect(await kept()).toEqual({ grants: 0, numbers: 0, releases: 1 })
      expect((await acme.query('{ status { connected } }')).status.connected).toBe(false)
      if (kind === 'hang') return

      await jobs.idle()
      expect(await kept()).toMatchObject({ releases: 1 })
      gateway.simulator.clearFaults()
      await gateway.db
        .$executeRaw`UPDATE pgboss.job SET start_after = now() WHERE name = 'release-grant' AND state = 'created'`
      await expect.poll(() => kept()).toMatchObject({ releases: 0 })
      expect(gateway.simulator.subscriptions()).toEqual([])
      expect(revoked().at(-1)?.status).toBe(200)
    },
  )

  it('forgets the tokens after a quarter of an hour, if RingCentral stays away', async () => {
    const { gateway, jobs, acme, kept, pass } = await connected()
    gateway.simulator.planFault({ kind: 'reset', path: '/restapi' })
    await acme.query(disconnect)
    await jobs.idle()
    await pass(minutes(14))
    const again = async () => {
      await gateway.db.budget.deleteMany()
      await gateway.db
        .$executeRaw`UPDATE pgboss.job SET start_after = now() WHERE name = 'release-grant' AND state = 'created'`
      await expect
        .poll(async () => {
          const [{ count } = { count: 1 }] = await gateway.db.$queryRaw<{ count: number }[]>`
            SELECT count(*)::int FROM pgboss.job WHERE name = 'release-grant'
              AND (state = 'active' OR state = 'created' AND start_after <= now())`
          return count
        })
        .toBe(0)
    }
    await again()
    expect(await kept()).toMatchObject({ releases: 1 })
    await pass(minutes(1.5))
    await again()
    expect(await kept()).toEqual({ grants: 0, numbers: 0, releases: 0 })
  })

  it('ends an extension whose grant RingCentral has ended already, with what waited for it', async () => {
    const { gateway, jobs, acme, ids, kept, revoked } = await connected()
    gateway.simulator.planFault({ kind: 'rate-limit', retryAfter: 300, path: '**/sms' })
    const { result } = await acme.query(sendSms('Waits'))
    await jobs.idle()
    gateway.simulator.revokeGrant(ava.extensionId)
    await jobs.run(discoverNumbersJob, { extensionRowId: ids[0] ?? '' })
    const waiting = await acme.query(`{ message(id: "${result.id}") { status } }`)
    expect(['QUEUED', 'SENDING']).toContain(waiting.message.status)
    expect((await acme.query(disconnect)).result.extensions).toMatchObject([{ status: 'REVOKED' }])
    const { message } = await acme.query(`{ message(id: "${result.id}") { status errorCode } }`)
    expect(message).toEqual({ status: 'SENDING_FAILED', errorCode: 'NOT_CONNECTED' })
    expect(await kept()).toEqual({ grants: 0, numbers: 0, releases: 0 })
    expect(revoked()).toEqual([])
    expect((await acme.query(disconnect)).result.code).toBe('NOT_CONNECTED')
  })

  it('in the middle of a discovery leaves no numbers behind', async () => {
    const { jobs, acme, ids, kept, answers } = await connected()
    const arrived = answers.hold((url) => url.includes('/phone-number'))
    const discovering = jobs.run(discoverNumbersJob, { extensionRowId: ids[0] ?? '' })
    await arrived
    await acme.query(disconnect)
    answers.release()
    await discovering
    await jobs.idle()
    expect(await kept()).toEqual({ grants: 0, numbers: 0, releases: 0 })
    const { extensions } = await acme.query(
      '{ extensions { nodes { status numbersDiscoveredAt } } }',
    )
    expect(extensions.nodes).toEqual([{ status: 'REVOKED', numbersDiscoveredAt: null }])
  })

  it('that is under way when a directory has been read leaves no copy behind', async () => {
    const { gateway, jobs, acme, answers } = await connected()
    const { tenantId, rcAccountId } = await gateway.db.extension.findFirstOrThrow()
    expect(await gateway.db.directoryEntry.count()).toBeGreaterThan(0)
    const arrived = answers.hold((url) => url.includes('/directory/entries'))
    const reading = jobs.run(syncDirectoryJob, { tenantId, rcAccountId })
    await arrived
    // It has taken the extension, and stops at the grant; who writes down what was read waits for it.
    const grants = await holdRows(gateway, 'SELECT FROM "Grant" FOR UPDATE')
    const disconnecting = acme.query(disconnect)
    await expect.poll(grants.waiting).toBe(1)
    answers.release()
    await expect.poll(grants.waiting).toBe(2)
    await grants.letGo()
    await Promise.all([disconnecting, reading])
    expect(await gateway.db.directoryEntry.count()).toBe(0)
  })

  it('in the middle of subscribing leaves no webhook that is listened to', async () => {
    const { gateway, jobs, acme, ids, answers } = await connected()
    await gateway.db.webhookSubscription.deleteMany()
    const arrived = answers.hold(
      (url, method) => method === 'POST' && url.endsWith('/subscription'),
    )
    const subscribing = jobs.run(ensureWebhookJob, { extensionRowId: ids[0] ?? '' })
    await arrived
    await acme.query(disconnect)
    answers.release()
    await subscribing
    await jobs.idle()
    expect(
      await gateway.db.webhookSubscription.findMany({ where: { status: { not: 'ENDED' } } }),
    ).toEqual([])
  })

  it('happens while RingCentral is being told of texts, and none arrives any more', async () => {
    const { gateway, acme } = await connected()
    const heard = await acme.subscribe('subscription { messageReceived { message { text } } }')
    gateway.simulator.planFault({ kind: 'hang', path: '/restapi/v1.0/subscription' })
    await acme.query(disconnect)
    gateway.simulator.inbound({ from: '+13105550177', to: ava.number, text: 'Too late' })
    await gateway.simulator.settled()
    const told = gateway.simulator
      .ledger()
      .filter((entry) => entry.direction === 'out' && entry.note?.includes('instant'))
    expect(told.at(-1)?.status).toBe(401)
    expect(heard.received).toEqual([])
    expect((await acme.query('{ messages { nodes { id } } }')).messages.nodes).toEqual([])
    gateway.simulator.clearFaults()
  })

  it('happens when the operator deletes the tenant', async () => {
    const { gateway, jobs, acme, kept, revoked } = await connected([ava, ben])
    await gateway.operator.query(
      'mutation ($id: ID!) { deleteTenant(input: { tenantId: $id }) { __typename } }',
      { id: acme.id },
    )
    await jobs.idle()
    expect(revoked().map((entry) => entry.status)).toEqual([200, 200])
    expect(gateway.simulator.subscriptions()).toEqual([])
    expect(await kept()).toEqual({ grants: 0, numbers: 0, releases: 0 })
    expect(await gateway.db.tenant.count()).toBe(0)
  })
})
