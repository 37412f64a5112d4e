import { expect, test } from 'vitest'
import {
  ava,
  ben,
  connect,
  instant,
  mailbox,
  properly,
  receive,
  simulate,
  subscribe,
} from './harness.ts'

const subscriptions = '/restapi/v1.0/subscription'

test('a receiver that answers the handshake becomes one, with resolved filters', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const receiver = await receive()
  const { status, body } = await subscribe(api, receiver.address, [instant, mailbox])
  expect(status).toBe(200)
  expect(body).toMatchObject({ status: 'Active', expiresIn: 604_799 })
  expect(body.eventFilters[0]).toBe(
    `/restapi/v1.0/account/400131426008/extension/${ava}/message-store/instant?type=SMS`,
  )
  expect(body.deliveryMode).not.toHaveProperty('verificationToken')
  expect(receiver.handshakes).toHaveLength(1)
  expect(receiver.handshakes[0]?.headers).not.toHaveProperty('verification-token')
})

test.each([
  ['does not echo the token', 'SUB-525', (response, _token) => properly(response)],
  ['echoes another token', 'SUB-525', (response, _token) => properly(response, 'another')],
  [
    'does not call it JSON',
    'SUB-525',
    (response, token) => response.setHeader('Validation-Token', `${token}`).end(),
  ],
  [
    'says more than 1024 bytes',
    'SUB-525',
    (response, token) => properly(response.setHeader('x-verbose', 'v'.repeat(1000)), token),
  ],
  [
    'answers 204',
    'SUB-522',
    (response, token) => {
      response.statusCode = 204
      properly(response, token)
    },
  ],
  ['hangs up', 'SUB-521', (response, _token) => response.socket?.destroy()],
] as [string, string, Parameters<typeof receive>[0] & object][])(
  'a receiver that %s is refused with %s',
  async (_what, code, answering) => {
    const simulator = await simulate()
    const api = await connect(simulator)
    const receiver = await receive(answering)
    const { status, body } = await subscribe(api, receiver.address)
    expect(status).toBe(400)
    expect(body.errors[0].errorCode).toBe(code)
    expect(simulator.subscriptions()).toEqual([])
  },
)

test('an answer of exactly 1024 bytes is short enough, and one byte more is not', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const answerOf = async (bytes: number) => {
    const receiver = await receive((response, token) => {
      const head = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nValidation-Token: ${token}\r\nX: `
      response.socket?.end(`${head}${'x'.repeat(bytes - head.length - 4)}\r\n\r\n`)
    })
    return (await subscribe(api, receiver.address)).status
  }
  expect(await answerOf(1024)).toBe(200)
  expect(await answerOf(1025)).toBe(400)
})

test('a receiver that takes longer than three seconds is not reachable', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const asked = Promise.withResolvers<void>()
  const receiver = await receive(() => asked.resolve())
  const answer = subscribe(api, receiver.address)
  await asked.promise
  await simulator.clock.advance(3000)
  expect((await answer).body.errors[0]).toMatchObject({
    errorCode: 'SUB-521',
    message: 'WebHook is not reachable',
  })
})

test('TLS is wanted where the option says so', async () => {
  const simulator = await simulate({ requireHttps: true })
  const { body } = await subscribe(await connect(simulator), 'http://127.0.0.1:9/hook')
  expect(body.errors[0].errorCode).toBe('SUB-523')
})

test('filters without their scope are set aside while the call succeeds', async () => {
  const simulator = await simulate({ scope: 'ReadAccounts SubscriptionWebhook' })
  const api = await connect(simulator)
  const { address } = await receive()
  const { status, body } = await subscribe(api, address, [
    instant,
    '/restapi/v1.0/account/~/extension/~',
  ])
  expect(status).toBe(200)
  expect(body.eventFilters).toHaveLength(1)
  expect(body.disabledFilters[0].filter).toContain('message-store/instant')
})

test('filters that mean nothing, or somebody else, are refused', async () => {
  const simulator = await simulate()
  const api = await connect(simulator, ben)
  const code = async (filter: string) =>
    (await subscribe(api, 'http://127.0.0.1:9/', [filter])).body.errors[0].errorCode
  expect(await code('/restapi/v1.0/nothing')).toBe('SUB-508')
  expect(await code(instant.replace('extension/~', `extension/${ava}`))).toBe('SUB-405')
  expect(await code('/restapi/v1.0/subscription/~?threshold=60&interval=30')).toBe('SUB-515')
})

test('a renewal extends by the subscription’s own time, and an expired one is gone', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const { address } = await receive()
  const { body } = await subscribe(api, address, [instant], { expiresIn: 1800 })
  const one = `${subscriptions}/${body.id}`
  await simulator.clock.advance(1_000_000)
  expect((await api('POST', `${one}/renew`)).body.expiresIn).toBe(1799)
  expect((await api('PUT', one, { eventFilters: [mailbox] })).body.eventFilters).toHaveLength(1)
  await simulator.clock.advance(1_801_000)
  const gone = await api('POST', `${one}/renew`, {})
  expect(gone.status).toBe(404)
  expect(gone.body.errors[0]).toMatchObject({
    errorCode: 'CMN-102',
    parameterName: 'subscriptionId',
  })
})

test('a lifetime beyond ten years is clamped, and thirty are the most', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const { address } = await receive()
  const first = await subscribe(api, address, [instant], { expiresIn: 630_720_000 })
  expect(first.body.expiresIn).toBe(315_359_999)
  for (let count = 1; count < 30; count++) await subscribe(api, address)
  expect((await subscribe(api, address)).body.errors[0].errorCode).toBe('SUB-505')
  expect((await api('GET', subscriptions)).body.records).toHaveLength(30)
})

test('nobody sees the subscriptions of somebody else', async () => {
  const simulator = await simulate()
  const { address } = await receive()
  const { body } = await subscribe(await connect(simulator), address)
  const other = await connect(simulator, ben)
  expect((await other('GET', subscriptions)).body.records).toEqual([])
  expect((await other('DELETE', `${subscriptions}/${body.id}`)).status).toBe(404)
})

test('ten minutes of failures blacklist a subscription, and nothing is sent again', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  let healthy = true
  const receiver = await receive((response, token) => {
    response.statusCode = healthy ? 200 : 500
    properly(response, token)
  })
  const { body } = await subscribe(api, receiver.address)
  const arrive = async () => {
    simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Anybody?' })
    await simulator.settled()
  }
  healthy = false
  await arrive()
  await simulator.clock.advance(9 * 60_000)
  await arrive()
  expect((await api('GET', `${subscriptions}/${body.id}`)).body.status).toBe('Active')
  await simulator.clock.advance(60_000)
  await arrive()
  const { body: after } = await api('GET', `${subscriptions}/${body.id}`)
  expect(after.status).toBe('Blacklisted')
  expect(after.blacklistedData.reason).toContain('[500]')
  healthy = true
  await arrive()
  expect(receiver.notifications).toHaveLength(3)
})
