import { describe, expect, it } from 'vitest'
import { startCallJob, syncCallLogJob } from '../../src/calls/jobs.ts'
import { callChanges, callFields, callLogs, waitForLog } from '../support/calls.ts'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { stranger } from '../support/texts.ts'

const ringOut = '/restapi/v1.0/account/~/extension/~/ring-out'
const document = `mutation ($input: StartCallInput!) {
  result: startCall(input: $input) { ... on Call { ${callFields} } ... on Error { code message } }
}`
const cancelDocument = `mutation ($id: ID!) {
  result: cancelCall(input: { callId: $id }) { ... on Call { id status result } ... on Error { code } }
}`

type Input = {
  from?: string | null
  userId?: string
  extensionId?: string
  to?: string
  idempotencyKey?: string
  callerId?: string
}

async function start(tenant: Pick<TestTenant, 'query'>, input: Input = {}) {
  const named = input.userId ?? input.extensionId
  const call = { ...(named === undefined && { from: ava.number }), to: stranger, ...input }
  return (await tenant.query(document, { input: call })).result
}

const waitFor = (tenant: TestTenant, id: string, is: (call: any) => unknown) =>
  tenant.waitFor(`{ call(id: "${id}") { ${callFields} } }`, ({ call }) => is(call) && call)

const rings = (gateway: Gateway) => asked(gateway, ringOut).length

async function connected(options: Parameters<typeof startGateway>[0] = {}) {
  const gateway = await startGateway({
    ...options,
    simulator: { calls: { ringMs: 300, talkMs: 900, logLagMs: 100 }, ...options.simulator },
  })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await waitForLog(acme, 5)
  return { gateway, acme }
}

describe('an agent', () => {
  it('clicks to call, sees it ring, be answered and end, and finds it in the log once with its duration', async () => {
    const { gateway, acme } = await connected({
      simulator: { calls: { ringMs: 1_500, talkMs: 2_400, logLagMs: 100 } },
    })
    const events = await acme.subscribe(callChanges)
    const call = await start(acme, { idempotencyKey: 'click-1' })
    expect(call).toMatchObject({
      status: 'STARTING',
      direction: 'OUTBOUND',
      from: { number: ava.number },
      to: { number: stranger },
      extension: { extensionId: ava.extensionId },
    })
    const ended = await waitFor(acme, call.id, ({ rcCallId, legs }) => rcCallId && legs.length > 1)
    expect(ended).toMatchObject({ status: 'ENDED', result: 'ANSWERED', durationSeconds: 5 })
    expect(ended.answeredAt).not.toBeNull()
    const steps = events.received
      .map(({ callChanged }) => callChanged.call)
      .filter(({ id }) => id === call.id)
      .map(({ status }) => status)
    expect(steps.filter((status, n) => status !== steps[n - 1])).toEqual([
      'STARTING',
      'RINGING',
      'ANSWERED',
      'ENDED',
    ])
    const log = await waitForLog(acme, 6)
    expect(log.totalCount).toBe(6)
    expect(log.nodes[0]).toMatchObject({ id: call.id, to: { number: stranger } })
    expect(rings(gateway)).toBe(1)
  })

  it('finds it in the log also when RingCentral tells nothing of it but how the click went', async () => {
    const { gateway, acme } = await connected({
      // No line of RingCentral's log either, for as long as this takes.
      simulator: { calls: { ringMs: 50, talkMs: 500, logLagMs: 600_000 } },
    })
    gateway.simulator.planFault({ kind: 'webhook-drop' })
    const { id, extension } = await start(acme)
    await waitFor(acme, id, ({ status }) => status === 'ENDED')
    for (const filter of [{}, { extensionId: extension.extensionId }]) {
      const { callLogs: log } = await acme.query(callLogs, { filter, first: 1 })
      expect(log.nodes).toMatchObject([{ id, telephonySessionId: null, rcCallId: null }])
    }
  })

  it('who clicks twice, on two instances, rings once', async () => {
    const { gateway, acme } = await connected()
    const second = await gateway.startInstance()
    const other = (await import('../support/client.ts')).createClient(second.url, acme.secret)
    const clicks = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        start(n % 2 ? acme : other, { idempotencyKey: 'twice' }),
      ),
    )
    expect(new Set(clicks.map(({ id }) => id)).size).toBe(1)
    await waitFor(acme, clicks[0].id, ({ status }) => status === 'ENDED')
    expect(rings(gateway)).toBe(1)
    expect(await start(acme, { idempotencyKey: 'twice', to: ben.number })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
    })
  })

  it('who calls busy people, or takes it back, is told so', async () => {
    const { gateway, acme } = await connected({
      simulator: { calls: { ringMs: 1_500, talkMs: 900, logLagMs: 100 } },
    })
    const busy = await start(acme, { to: '+12125559486' })
    expect(await waitFor(acme, busy.id, ({ rcCallId }) => rcCallId)).toMatchObject({
      status: 'ENDED',
      result: 'BUSY',
    })
    const call = await start(acme)
    await waitFor(
      acme,
      call.id,
      ({ telephonySessionId, status }) => telephonySessionId && status === 'RINGING',
    )
    await gateway.db.budget.deleteMany()
    expect((await acme.query(cancelDocument, { id: call.id })).result.id).toBe(call.id)
    expect(await waitFor(acme, call.id, ({ status }) => status === 'ENDED')).toMatchObject({
      result: 'CANCELED',
    })
    const again = (await acme.query(cancelDocument, { id: call.id })).result
    expect(again).toMatchObject({ status: 'ENDED', result: 'CANCELED' })
    expect((await acme.query(cancelDocument, { id: busy.id })).result.code).toBe('CALL_NOT_RINGING')
  })
})

describe('who calls', () => {
  const mobile = '+13105550177'

  it('is a mapped user, an extension by either id, or the owner of a number; any phone may ring first', async () => {
    const { gateway, acme } = await connected({
      simulator: { calls: { ringMs: 100, talkMs: 200, logLagMs: 50 } },
    })
    const map = `mutation { mapUser(input: { userId: "crm-ava", extensionId: "${ava.extensionId}" }) { __typename } }`
    await acme.query(map)
    const { id } = await gateway.db.extension.findFirstOrThrow()
    const first = { userId: 'crm-ava', idempotencyKey: 'one' }
    const made = await start(acme, first)
    expect(made).toMatchObject({ from: { number: ava.number, extensionId: ava.extensionId } })
    const ended = await waitFor(acme, made.id, ({ rcCallId }) => rcCallId)
    expect(ended).toMatchObject({ status: 'ENDED', result: 'ANSWERED' })

    const phone = await start(acme, { extensionId: ava.extensionId, from: mobile })
    expect(phone).toMatchObject({
      from: { number: mobile },
      extension: { extensionId: ava.extensionId },
    })
    const over = await waitFor(acme, phone.id, ({ rcCallId }) => rcCallId)
    expect(over).toMatchObject({ result: 'ANSWERED', from: { number: mobile } })
    expect(await start(acme, { extensionId: id, to: ben.number })).toMatchObject({
      from: { number: ava.number },
    })

    // The same click, whatever has changed about the user meanwhile.
    const own = { phoneNumber: ava.number }
    await gateway.db.phoneNumber.updateMany({ where: own, data: { phoneNumber: '+12025550109' } })
    expect((await start(acme, first)).id).toBe(made.id)
    for (const other of [{ from: mobile }, { userId: undefined, from: ava.number }]) {
      expect(await start(acme, { ...first, ...other })).toMatchObject({
        code: 'IDEMPOTENCY_KEY_MISMATCH',
      })
    }
    expect(rings(gateway)).toBe(3)
  })

  it('may have no number that texts: then the phone that rings first has to be named', async () => {
    const { gateway, acme } = await connected()
    await gateway.db.phoneNumber.deleteMany()
    const { extensionId } = ava
    const refused = await start(acme, { extensionId })
    expect(refused).toMatchObject({ code: 'INVALID_INPUT' })
    expect(refused.message).toContain('`from`')
    expect(await start(acme, { extensionId, from: mobile })).toMatchObject({ status: 'STARTING' })
  })

  it('has to be said once, and to be somebody who is connected', async () => {
    const { gateway, acme } = await connected()
    const other = await gateway.createTenant({ name: 'Other' })
    const { extensionId } = ava
    const codes = async (input: Input, tenant = acme) => (await start(tenant, input)).code
    expect(await codes({ from: null })).toBe('INVALID_INPUT')
    expect(await codes({ userId: 'crm-ava', extensionId })).toBe('INVALID_INPUT')
    expect(await codes({ userId: 'crm-ava' })).toBe('USER_NOT_MAPPED')
    expect(await codes({ extensionId: ben.extensionId })).toBe('EXTENSION_NOT_FOUND')
    const { id } = await gateway.db.extension.findFirstOrThrow()
    for (const avas of [id, extensionId]) {
      expect(await codes({ extensionId: avas }, other)).toBe('EXTENSION_NOT_FOUND')
    }
    expect(await codes({ extensionId, from: mobile, to: mobile })).toBe('INVALID_INPUT')
    expect(await codes({ extensionId, to: ava.number })).toBe('INVALID_INPUT')
    await acme.query(
      `mutation { mapUser(input: { userId: "crm-ben", extensionId: "${ben.extensionId}" }) { __typename } }`,
    )
    expect(await codes({ userId: 'crm-ben', from: mobile })).toBe('NOT_CONNECTED')
    await gateway.db.extension.updateMany({ data: { status: 'REVOKED' } })
    expect(await codes({ extensionId, from: mobile })).toBe('EXTENSION_REVOKED')
    expect(rings(gateway)).toBe(0)
  })
})

describe('a call is refused before RingCentral is bothered', () => {
  it('for its numbers, its caller id, its extension, its grant or too many of them', async () => {
    const { gateway, acme } = await connected()
    const codes = async (input: Input) => (await start(acme, input)).code
    const unknown = await start(acme, { from: ben.number })
    expect(unknown.code).toBe('NUMBER_NOT_FOUND')
    expect(unknown.message).toContain('`userId` or `extensionId`')
    expect(await codes({ to: '555' })).toBe('INVALID_PHONE_NUMBER')
    expect(await codes({ to: ava.number })).toBe('INVALID_INPUT')
    const own = { phoneNumber: ava.number }
    await gateway.db.phoneNumber.updateMany({ where: own, data: { features: ['SmsSender'] } })
    expect(await codes({ callerId: ava.number })).toBe('CALLER_ID_NOT_ALLOWED')
    // A colleague's own number, whether they are connected or in the directory.
    await acme.waitFor('{ directory { asOf } }', ({ directory }) => directory.asOf)
    expect(await codes({ callerId: cleo.number })).toBe('CALLER_ID_NOT_ALLOWED')
    await acme.connect(ben)
    const colleagues = await start(acme, { callerId: ben.number })
    expect(colleagues).toMatchObject({ code: 'CALLER_ID_NOT_ALLOWED' })
    expect(colleagues.message).toContain('another extension')
    await gateway.db.extension.updateMany({ data: { scopes: ['SMS'] } })
    expect(await codes({})).toBe('GRANT_LACKS_SCOPE')
    await gateway.db.extension.updateMany({ data: { scopes: ['RingOut'], status: 'REVOKED' } })
    expect(await codes({})).toBe('EXTENSION_REVOKED')
    expect(rings(gateway)).toBe(0)
    const nobody = await gateway.createTenant()
    expect((await start(nobody)).code).toBe('NOT_CONNECTED')
    await gateway.db.extension.updateMany({ data: { status: 'ACTIVE' } })
    const many = []
    for (let n = 0; n < 6; n += 1) many.push(await start(acme))
    expect(many.filter(({ code }) => code === 'RATE_LIMITED')).toHaveLength(1)
  })

  it('and by RingCentral’s own reason where we cannot know it', async () => {
    const { gateway, acme } = await connected()
    const fails = async (input: Input = {}) => {
      const call = await start(acme, input)
      return waitFor(acme, call.id, ({ status }) => status === 'FAILED')
    }
    expect(await fails({ callerId: '+13105550177' })).toMatchObject({
      errorCode: 'RNG-102',
      errorMessage: expect.stringContaining('leave `callerId` out'),
      result: 'FAILED',
      isProvisional: false,
    })
    const refusals = { 'CMN-408': 'ask an administrator', 'CMN-401': 'the user connects again' }
    for (const [errorCode, advice] of Object.entries(refusals)) {
      const body = { errorCode, errors: [{ errorCode, permissionName: 'OutboundCalls' }] }
      const refused = { kind: 'status', status: 403, body } as const
      gateway.simulator.planFault({ ...refused, path: ringOut, method: 'POST', count: 1 })
      const { errorMessage } = await fails()
      expect(errorMessage).toContain(advice)
      expect(errorMessage).toContain('OutboundCalls')
    }
  })
})

describe('a call whose asking was never answered', () => {
  it.each(['accept-then-reset', 'reset'] as const)(
    'by %s is UNCONFIRMED or settled, and never rung again',
    async (kind) => {
      const { gateway, acme } = await connected()
      gateway.simulator.planFault({ kind, method: 'POST', path: ringOut, count: 1 })
      const call = await start(acme, { idempotencyKey: 'doubt' })
      const settled = kind === 'reset' ? 'UNCONFIRMED' : 'ENDED'
      const found = await waitFor(acme, call.id, ({ status }) => status === settled)
      expect(found.telephonySessionId === null).toBe(kind === 'reset')
      expect((await start(acme, { idempotencyKey: 'doubt' })).id).toBe(call.id)
      const jobs = await createJobRunner(gateway)
      for (let n = 0; n < 3; n += 1) await jobs.run(startCallJob, { callId: call.id })
      expect(rings(gateway)).toBe(1)
      const calls = await gateway.db.call.count({
        where: {
          toNumber: stranger,
          ringOutId: null,
          idempotencyKey: null,
          startedAt: { gt: new Date(Date.now() - 60_000) },
        },
      })
      expect(calls).toBe(0)
    },
  )

  it('without notifications is found among the calls that go on', async () => {
    const { gateway, acme } = await connected({
      simulator: {
        scope: [
          'ReadAccounts',
          'SMS',
          'ReadMessages',
          'SubscriptionWebhook',
          'ReadCallLog',
          'RingOut',
        ],
        calls: { ringMs: 300, talkMs: 20_000, logLagMs: 100 },
      },
    })
    gateway.simulator.planFault({
      kind: 'accept-then-reset',
      method: 'POST',
      path: ringOut,
      count: 1,
    })
    const call = await start(acme)
    const found = await waitFor(acme, call.id, ({ telephonySessionId }) => telephonySessionId)
    expect(found).toMatchObject({ status: 'RINGING', errorCode: null })
    expect(rings(gateway)).toBe(1)
  })

  it('since its worker died is not rung again by the next one', async () => {
    let died = false
    const dying: typeof fetch = async (url, init) => {
      if (died || init?.method !== 'POST' || !String(url).endsWith('/ring-out'))
        return fetch(url, init)
      died = true
      await fetch(url, { ...init, signal: null })
      // Its answer reaches nobody any more.
      return new Promise(() => undefined)
    }
    const { gateway, acme } = await connected({ app: { fetch: dying } })
    // Nor does anybody tell that it rings.
    gateway.simulator.planFault({ kind: 'webhook-drop' })
    const call = await start(acme)
    await expect.poll(() => rings(gateway)).toBe(1)
    await gateway.startInstance({ role: 'worker', fetch })
    const jobs = await createJobRunner(gateway)
    for (let n = 0; n < 3; n += 1) await jobs.run(startCallJob, { callId: call.id })
    await expect
      .poll(() => gateway.simulator.calls().some(({ to }) => to.phoneNumber === stranger), {
        timeout: 10_000,
      })
      .toBe(true)
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    await gateway.db.budget.deleteMany()
    await jobs.run(syncCallLogJob, { extensionRowId })
    expect(await waitFor(acme, call.id, ({ rcCallId }) => rcCallId)).toMatchObject({
      status: 'ENDED',
      result: 'ANSWERED',
      errorCode: null,
    })
    expect(rings(gateway)).toBe(1)
  }, 60_000)
})
