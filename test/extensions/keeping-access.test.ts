import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import {
  discoverNumbersJob,
  refreshDueGrantsJob,
  refreshGrantJob,
} from '../../src/extensions/jobs.ts'
import { minutes, seconds } from '../../src/lib/clock.ts'
import { ava, ben, type Gateway, operatorKey, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked, tokenCalls } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

const changes =
  'subscription { extensionChanged { extension { extensionId status statusReason } } }'

/** A tenant with Ava connected, and nothing that comes by itself. */
async function connected(options: Parameters<typeof sharedTime>[0] = {}) {
  const time = sharedTime(options)
  const gateway = await startGateway(time)
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  const extension = await acme.connect(ava)
  await jobs.idle()
  const calls = () => tokenCalls(gateway).length - before
  const before = tokenCalls(gateway).length
  const statusOf = async () => {
    const { extensions } = await acme.query('{ extensions { nodes { status } } }')
    return extensions.nodes[0].status
  }
  const use = () => jobs.run(discoverNumbersJob, { extensionRowId: extension.id })
  return { ...time, gateway, jobs, acme, extension, calls, statusOf, use }
}

const statuses = (heard: { received: any[] }) =>
  heard.received
    .map(({ extensionChanged }) => extensionChanged.extension.status)
    .filter((status, n, all) => status !== all[n - 1])

/** As if the minute that RingCentral counts in had passed. */
const forgetBudgets = ({ db }: Gateway) => db.budget.deleteMany()

describe('an access token', () => {
  it('is refreshed shortly before it ends, and not before', async () => {
    const { pass, use, calls, gateway } = await connected()
    await pass(minutes(54))
    expect(await use()).toBe('completed')
    expect(calls()).toBe(0)
    await pass(minutes(2))
    expect(await use()).toBe('completed')
    expect(calls()).toBe(1)
    expect(await use()).toBe('completed')
    expect(calls()).toBe(1)
    expect(
      asked(gateway, '/restapi/v1.0/account/~/extension/~', 'GET').map((e) => e.status),
    ).not.toContain(401)
  })

  it('that RingCentral gave a short life is refreshed by what RingCentral said, not by the hour', async () => {
    const short = async (url: any, init: any) => {
      const response = await fetch(url, init)
      if (!String(url).endsWith('/restapi/oauth/token')) return response
      return Response.json({ ...((await response.json()) as object), expires_in: 400 })
    }
    const { pass, use, calls } = await connected({ app: { fetch: short } })
    await pass(seconds(90))
    await use()
    expect(calls()).toBe(0)
    await pass(seconds(30))
    await use()
    expect(calls()).toBe(1)
  })

  it('is refreshed by one of two instances and all their workers, for all of them', async () => {
    const { pass, gateway, app, jobs, extension, calls, statusOf } = await connected()
    await gateway.startInstance({ ...app, publicUrl: gateway.url })
    await gateway.startInstance({ ...app, publicUrl: gateway.url })
    for (let round = 1; round <= 3; round += 1) {
      await pass(minutes(56))
      await forgetBudgets(gateway)
      await Promise.all(
        Array.from({ length: 24 }, () =>
          jobs.run(discoverNumbersJob, { extensionRowId: extension.id }),
        ),
      )
      expect(calls()).toBe(round)
    }
    expect(tokenCalls(gateway).map((entry) => entry.status)).not.toContain(400)
    expect(await statusOf()).toBe('ACTIVE')
  })

  it('that RingCentral does not take any more is replaced once, and the call made again', async () => {
    const { gateway, use, calls } = await connected()
    gateway.simulator.planFault({
      kind: 'status',
      status: 401,
      path: '/restapi/v1.0/account/~/extension/~',
      body: { errorCode: 'TokenInvalid', errors: [{ errorCode: 'OAU-213' }] },
      count: 1,
    })
    expect(await use()).toBe('completed')
    expect(calls()).toBe(1)
  })
})

describe('a refresh', () => {
  it('whose answer was lost is repeated, and the connection lives', async () => {
    const { pass, gateway, acme, use, statusOf } = await connected()
    const heard = await acme.subscribe(changes)
    await pass(minutes(56))
    gateway.simulator.planFault({
      kind: 'accept-then-reset',
      path: '/restapi/oauth/token',
      count: 1,
    })
    expect(await use()).toBe('completed')
    expect(await statusOf()).toBe('ACTIVE')
    // The old access token died with the answer; only the repetition can have let the call through.
    const answers = tokenCalls(gateway).slice(-2)
    expect(answers.map(({ note, status }) => note ?? status)).toEqual(['accept-then-reset', 200])
    await heard.waitFor(() => statuses(heard).at(-1) === 'ACTIVE')
    expect(statuses(heard)).toEqual(['REFRESH_FAILED', 'ACTIVE'])
    await pass(minutes(56))
    expect(await use()).toBe('completed')
  })

  it('is not used before it is committed: a database that fails costs no connection', async () => {
    const { pass, gateway, use, statusOf } = await connected()
    const { db, simulator } = gateway
    await pass(minutes(61))
    await db.$executeRawUnsafe(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$`)
    await db.$executeRawUnsafe(`CREATE TRIGGER refuse BEFORE UPDATE OF "accessTokenSealed" ON "Grant"
      FOR EACH ROW EXECUTE FUNCTION refuse()`)
    const from = simulator.ledger().length
    expect(await use()).toBe('retry')
    const after = simulator
      .ledger()
      .slice(from)
      .filter((entry) => entry.direction === 'in')
    expect(after.map((entry) => entry.path)).toContain('/restapi/oauth/token')
    expect(after.filter((entry) => !entry.path.startsWith('/restapi/oauth/'))).toEqual([])

    // Long enough for the old refresh token to be dead, had anybody used the new access token.
    await pass(seconds(30))
    await db.$executeRawUnsafe('DROP TRIGGER refuse ON "Grant"')
    expect(await use()).toBe('completed')
    expect(tokenCalls(gateway).map((entry) => entry.status)).not.toContain(400)
    expect(
      new Set(
        tokenCalls(gateway)
          .slice(1)
          .map((entry) => entry.tokenId),
      ).size,
    ).toBe(1)
    expect(await statusOf()).toBe('ACTIVE')
  })

  it('in whose midst the process is killed is repeated by another with the old token', async () => {
    const time = sharedTime()
    const gateway = await startGateway({ ...time, app: { ...time.app, role: 'web' } })
    const instance = { ...time.app, publicUrl: gateway.url, role: 'worker' as const }
    const first = await gateway.startInstance(instance)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const { id: extensionRowId } = await acme.connect(ava)
    await jobs.idle()
    await first.close()
    const before = await gateway.db.grant.findFirstOrThrow()
    await time.pass(minutes(61))

    const { url: serverUrl, clientId, clientSecret } = gateway.simulator
    const options = {
      publicUrl: gateway.url,
      databaseUrl: gateway.databaseUrl,
      operatorKey,
      ringCentral: { serverUrl, clientId, clientSecret },
      clockAheadMs: time.app.clock.now().getTime() - Date.now(),
    }
    const child = spawn(
      process.execPath,
      [new URL('dying-worker.ts', import.meta.url).pathname, JSON.stringify(options)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const died = once(child, 'exit')
    // Or something else that was due has had it refresh already.
    await Promise.race([once(child.stdout, 'data'), died])
    const lost = jobs.run(discoverNumbersJob, { extensionRowId }).catch(() => 'never finished')
    const [, signal] = await died
    expect(signal).toBe('SIGKILL')

    const [refreshed] = tokenCalls(gateway).slice(1)
    expect(refreshed?.status).toBe(200)
    const after = await gateway.db.grant.findFirstOrThrow()
    expect(after.version).toBe(before.version)
    expect(after.leaseUntil).not.toBeNull()
    // What follows half a minute later.
    await gateway.db.$executeRaw`UPDATE "Grant" SET "leaseUntil" = now() - interval '1 second'`
    await gateway.startInstance(instance)
    expect(await jobs.run(discoverNumbersJob, { extensionRowId })).toBe('completed')

    const calls = tokenCalls(gateway).slice(1)
    expect(calls.map((entry) => entry.status)).toEqual([200, 200])
    expect(new Set(calls.map((entry) => entry.tokenId)).size).toBe(1)
    expect((await gateway.db.extension.findFirstOrThrow()).status).toBe('ACTIVE')
    await lost
  }, 120_000)

  it.each([
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500, body: 'no' },
    { kind: 'rate-limit', retryAfter: 60 },
    { kind: 'reset' },
    { kind: 'status', status: 400, body: { error: 'invalid_client' } },
  ] as const)(
    'that RingCentral does not answer as it should ($kind $status) is tried again by itself',
    async (fault) => {
      const { pass, gateway, acme, jobs, use, calls, statusOf } = await connected()
      const heard = await acme.subscribe(changes)
      // Nobody else needs it meanwhile: each would ask for itself.
      await jobs.idle()
      await jobs.dropLater()
      await pass(minutes(61))
      gateway.simulator.planFault({ ...fault, path: '/restapi/oauth/token' })
      expect(await use()).toBe('completed')
      await jobs.dropLater()
      expect(await statusOf()).toBe('REFRESH_FAILED')
      expect(calls()).toBe(1)
      const { status } = await acme.query('{ status { connected activeExtensions } }')
      expect(status).toEqual({ connected: true, activeExtensions: 0 })

      // Not before its time, however often it is looked for.
      for (let n = 0; n < 3; n += 1) await jobs.run(refreshDueGrantsJob, {})
      await jobs.idle()
      expect(calls()).toBe(1)
      gateway.simulator.clearFaults()
      await pass(minutes(2))
      await forgetBudgets(gateway)
      await jobs.run(refreshDueGrantsJob, {})
      await heard.waitFor(() => statuses(heard).at(-1) === 'ACTIVE')
      expect(statuses(heard)).toEqual(['REFRESH_FAILED', 'ACTIVE'])
      const reasons = heard.received.map((data) => data.extensionChanged.extension.statusReason)
      expect(reasons[0]).toMatch(/trying again by itself/i)
      expect(reasons.at(-1)).toBeNull()
    },
  )

  it('that RingCentral answers with 429 keeps everybody away from the token endpoint', async () => {
    const { pass, gateway, acme, jobs, use, calls } = await connected()
    const other = await acme.connect(ben)
    await jobs.idle()
    await pass(minutes(61))
    const before = calls()
    gateway.simulator.planFault({
      kind: 'rate-limit',
      retryAfter: 60,
      path: '/restapi/oauth/token',
    })
    await use()
    expect(calls()).toBe(before + 1)
    await jobs.run(discoverNumbersJob, { extensionRowId: other.id })
    await use()
    expect(calls()).toBe(before + 1)
  })
})

describe('a grant', () => {
  it('that RingCentral ended is REVOKED after a second no, and sending says so', async () => {
    const { gateway, acme, use, calls, statusOf } = await connected()
    const heard = await acme.subscribe(changes)
    gateway.simulator.revokeGrant(ava.extensionId)
    expect(await use()).toBe('completed')
    expect(calls()).toBe(2)
    expect(await statusOf()).toBe('REVOKED')
    const { extensionChanged } = await heard.waitFor((data) => data)
    expect(extensionChanged.extension).toMatchObject({
      extensionId: ava.extensionId,
      status: 'REVOKED',
      statusReason: expect.stringContaining('connect the extension again'),
    })
    const { result } = await acme.query(
      `mutation { result: sendSms(input: { from: "${ava.number}", to: ["+14155550123"], text: "Hi" }) {
        __typename ... on Error { code message } ... on ExtensionRevokedError { extensionId } } }`,
    )
    expect(result).toMatchObject({ code: 'EXTENSION_REVOKED', extensionId: ava.extensionId })
    expect(result.message).toContain('createInviteToken')
    expect(await gateway.db.grant.count()).toBe(0)
    expect((await acme.query('{ status { connected expiresAt } }')).status).toEqual({
      connected: false,
      expiresAt: null,
    })
    // Nobody asks RingCentral for it any more.
    await use()
    expect(calls()).toBe(2)

    await acme.connect(ava)
    expect(await statusOf()).toBe('ACTIVE')
  })

  it('of an extension that was disabled is REVOKED', async () => {
    const { pass, gateway, use, statusOf } = await connected()
    await pass(minutes(61))
    gateway.simulator.setExtensionStatus(ava.extensionId, 'Disabled')
    await use()
    expect(await statusOf()).toBe('REVOKED')
    const { statusReason } = await gateway.db.extension.findFirstOrThrow()
    expect(statusReason).toContain('an administrator enables the user')
  })

  it('survives one invalid_grant that nobody confirms', async () => {
    const { pass, gateway, use, calls, statusOf } = await connected()
    await pass(minutes(61))
    gateway.simulator.planFault({
      kind: 'status',
      status: 400,
      body: { error: 'invalid_grant', errors: [{ errorCode: 'OAU-213' }] },
      path: '/restapi/oauth/token',
      count: 1,
    })
    expect(await use()).toBe('completed')
    expect(calls()).toBe(2)
    expect(await statusOf()).toBe('ACTIVE')
  })

  it('survives a no to its old tokens while its user connects again', async () => {
    let reconnect: (() => Promise<unknown>) | undefined
    const refusing: typeof fetch = async (url, init) => {
      const refresh = String(init?.body).includes('grant_type=refresh_token')
      if (!reconnect || !refresh) return fetch(url, init)
      await reconnect()
      return Response.json(
        { error: 'invalid_grant', errors: [{ errorCode: 'OAU-213' }] },
        { status: 400 },
      )
    }
    const { pass, acme, use, statusOf } = await connected({ app: { fetch: refusing } })
    await pass(minutes(61))
    let again: Promise<unknown> | undefined
    reconnect = () => (again ??= acme.connect(ava))
    expect(await use()).toBe('completed')
    expect(await statusOf()).toBe('ACTIVE')
    reconnect = undefined
    expect(await use()).toBe('completed')
  })

  it('is refreshed by one job at a time, however often it is found to be due', async () => {
    const { gateway, jobs, extension, calls } = await connected()
    await gateway.db.grant.updateMany({ data: { refreshDueAt: new Date(0) } })
    await Promise.all(
      Array.from({ length: 10 }, () => jobs.run(refreshGrantJob, { extensionRowId: extension.id })),
    )
    expect(calls()).toBe(1)
  })
})
