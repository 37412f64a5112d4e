import { expect, test } from 'vitest'
import { call, connect, control, simulate, text } from './harness.ts'

test.each([
  [{}, /kind/],
  [{ kind: 'explode' }, /must be one of delay, hang/],
  [{ kind: 'reset', ms: 5 }, /Unrecognized key: "ms"/],
  [{ kind: 'status', status: 200 }, /status/],
  [{ kind: 'hang', count: 1, share: 0.5 }, /not both/],
  [{ kind: 'hang', path: '/simulator' }, /control paths/],
  [{ kind: 'webhook-drop', method: 'POST' }, /Unrecognized key: "method"/],
])('the plan %o is refused with its reason', async (plan, reason) => {
  const simulator = await simulate()
  const { status, body } = await control(simulator, 'faults', plan)
  expect(status).toBe(400)
  expect(body.error).toMatch(reason)
})

test('a planned status strikes as often as planned, and only where planned', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  await control(simulator, 'faults', {
    kind: 'status',
    status: 503,
    count: 2,
    path: '/restapi/v1.0/account/*/extension/*/sms',
  })
  expect((await api('GET', 'phone-number')).status).toBe(200)
  expect((await text(api, '+13105550177')).status).toBe(503)
  expect((await text(api, '+13105550177')).status).toBe(503)
  expect((await text(api, '+13105550177')).status).toBe(200)
  expect(simulator.outbox()).toHaveLength(1)
})

test.each(['accept-then-reset', 'accept-then-status'] as const)(
  '%s: the text was accepted, and the caller cannot know',
  async (kind) => {
    const simulator = await simulate()
    const api = await connect(simulator)
    simulator.planFault(
      kind === 'accept-then-reset' ? { kind, count: 1 } : { kind, status: 500, count: 1 },
    )
    const answer = await text(api, '+13105550177').catch(() => undefined)
    expect(answer?.status).toBe(kind === 'accept-then-reset' ? undefined : 500)
    expect(simulator.outbox()).toHaveLength(1)
  },
)

test.each([
  [12, undefined],
  [100_000, 200],
])('a reset after %i bytes of the answer leaves the caller with these', async (bytes, status) => {
  const simulator = await simulate()
  const api = await connect(simulator)
  simulator.planFault({ kind: 'accept-then-reset', afterBytes: bytes, count: 1 })
  const answer = await text(api, '+13105550177').catch(() => undefined)
  expect(answer?.status).toBe(status)
  expect(simulator.outbox()).toHaveLength(1)
})

test('a reset in the middle of the body reaches who has read the headers', async () => {
  const simulator = await simulate()
  await connect(simulator)
  const path = `${simulator.url}/restapi/v1.0`
  const whole = (await call(path)).text.length
  simulator.planFault({
    kind: 'accept-then-reset',
    afterBytes: Math.floor(100 + whole / 2),
    count: 1,
  })
  const answer = await fetch(path)
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow()
})

test('a reset breaks the connection before anything is accepted', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  simulator.planFault({ kind: 'reset', method: 'POST', count: 1 })
  await expect(text(api, '+13105550177')).rejects.toThrow()
  expect(simulator.outbox()).toEqual([])
})

test('a request that hangs is answered by nobody, and does not keep the simulator from closing', async () => {
  const simulator = await simulate()
  await connect(simulator)
  simulator.planFault({ kind: 'hang', path: '/restapi/v1.0' })
  const signal = AbortSignal.timeout(50)
  await expect(call(`${simulator.url}/restapi/v1.0`, { signal })).rejects.toThrow()
  void call(`${simulator.url}/restapi/v1.0`).catch(() => {})
  simulator.clearFaults()
  expect((await call(`${simulator.url}/restapi/v1.0`)).status).toBe(200)
})

test('a delayed answer comes by the clock', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  simulator.planFault({ kind: 'delay', ms: 20_000, path: '**/sms' })
  let status: number | undefined
  const answer = text(api, '+13105550177').then((reply) => {
    status = reply.status
  })
  while (!simulator.ledger().some((entry) => entry.note === 'delay'))
    await new Promise(setImmediate)
  await simulator.clock.advance(19_999)
  expect(status).toBeUndefined()
  await simulator.clock.advance(1)
  await answer
  expect(status).toBe(200)
})

test('a hidden message is accepted, and in no list until its time has come', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const first = (await api('GET', 'message-sync?syncType=FSync')).body.syncInfo
  simulator.planFault({ kind: 'hide', ms: 30_000, path: '**/sms' })
  const { body } = await text(api, '+13105550177')
  expect((await api('GET', 'message-store')).body.records).toEqual([])
  await simulator.clock.advance(30_000)
  expect((await api('GET', 'message-store')).body.records).toMatchObject([{ id: body.id }])
  const synced = await api('GET', `message-sync?syncType=ISync&syncToken=${first.syncToken}`)
  expect(synced.body.records).toMatchObject([{ id: body.id }])
})

test('a planned rate limit says when to come back, or keeps it to itself', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  simulator.planFault({ kind: 'rate-limit', retryAfter: 7, count: 1 })
  simulator.planFault({ kind: 'rate-limit', retryAfter: null, count: 1 })
  expect((await api('GET', 'phone-number')).headers.get('retry-after')).toBe('7')
  const silent = await api('GET', 'phone-number')
  expect(silent.status).toBe(429)
  expect(silent.headers.get('retry-after')).toBeNull()
  expect((await api('GET', 'phone-number')).status).toBe(200)
})

test('a share of the requests is struck, the same one for the same seed', async () => {
  const run = async () => {
    const simulator = await simulate({ seed: 42 })
    const { status } = await control(simulator, 'faults', {
      kind: 'status',
      status: 500,
      share: 0.5,
    })
    expect(status).toBe(200)
    const statuses = []
    for (let count = 0; count < 20; count++)
      statuses.push((await call(`${simulator.url}/restapi`)).status)
    return statuses
  }
  const statuses = await run()
  expect(new Set(statuses)).toEqual(new Set([200, 500]))
  expect(await run()).toEqual(statuses)
})
