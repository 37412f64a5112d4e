import { expect, test } from 'vitest'
import {
  ava,
  ben,
  cleo,
  connect,
  instant,
  mailbox,
  receive,
  simulate,
  subscribe,
  text,
} from './harness.ts'

test('an inbound text is told in full, with the verification token and ids as strings', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const receiver = await receive()
  const subscription = (await subscribe(api, receiver.address)).body
  const [message] = simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Hello' })
  await simulator.settled()

  expect(receiver.notifications).toHaveLength(1)
  const [{ headers, body } = { headers: {}, body: {} }] = receiver.notifications
  expect(headers['verification-token']).toBe('a secret')
  expect(headers['user-agent']).toMatch(/^RingCentral-Webhook\//)
  expect(body).toMatchObject({
    event: `/restapi/v1.0/account/400131426008/extension/${ava}/message-store/instant?type=SMS`,
    subscriptionId: subscription.id,
    ownerId: ava,
    body: {
      id: message?.id,
      direction: 'Inbound',
      subject: 'Hello',
      messageStatus: 'Received',
      conversation: { id: message?.conversationId },
    },
  })
})

test('the mailbox rings for every change, and says no more than that', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const receiver = await receive()
  await subscribe(api, receiver.address, [`${mailbox}?type=SMS&direction=Outbound`])
  await text(api, '+13105550177')
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Not outbound' })
  await simulator.clock.advance(1200)
  await simulator.settled()
  const changes = receiver.notifications.map(({ body }) => body.body.changes[0])
  expect(changes).toMatchObject([
    { type: 'SMS', newCount: 1, updatedCount: 0 },
    { type: 'SMS', newCount: 0, updatedCount: 1 },
    { type: 'SMS', newCount: 0, updatedCount: 1 },
  ])
})

test('a call is told step by step, in one sequence', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const receiver = await receive()
  await subscribe(api, receiver.address, ['/restapi/v1.0/account/~/extension/~/telephony/sessions'])
  simulator.addCall({ from: '+13105550177', to: '+12025550101', outcome: 'missed' })
  await simulator.clock.advance(10_000)
  await simulator.settled()
  const bodies = receiver.notifications.map(({ body }) => body.body)
  expect(bodies.map((body) => [body.sequence, body.parties[0].status.code])).toEqual([
    [1, 'Setup'],
    [2, 'Proceeding'],
    [3, 'Disconnected'],
  ])
  expect(bodies.at(-1).parties[0].missedCall).toBe(true)
})

test('a number that moves is told to both sides, and to the administrator', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const receiver = await receive()
  const account = '/restapi/v1.0/account/~'
  await subscribe(api, receiver.address, [`${account}/extension`, `${account}/extension/${cleo}`])
  simulator.moveNumber('+12125550102', cleo)
  await simulator.settled()
  const told = receiver.notifications.map(({ body }) => body.body)
  expect(told).toContainEqual({ extensionId: cleo, eventType: 'Update', hints: ['CompanyNumbers'] })
  const listed = told.flatMap((body) => body.extensions ?? []).map((one) => one.extensionId)
  expect(listed.sort()).toEqual([ben, cleo])
})

test.each([
  ['webhook-drop', ['two', 'three']],
  ['webhook-double', ['one', 'one', 'two', 'three']],
  ['webhook-reorder', ['two', 'one', 'three']],
] as const)('%s happens to one notification when planned once', async (kind, expected) => {
  const simulator = await simulate()
  const receiver = await receive()
  await subscribe(await connect(simulator), receiver.address, [instant])
  simulator.planFault({ kind, count: 1 })
  for (const words of ['one', 'two', 'three']) {
    simulator.inbound({ from: '+13105550177', to: '+12025550101', text: words })
    await simulator.settled()
  }
  await simulator.clock.advance(1000)
  expect(receiver.notifications.map(({ body }) => body.body.subject)).toEqual(expected)
})

test('a delayed notification comes when its time has come', async () => {
  const simulator = await simulate()
  const receiver = await receive()
  await subscribe(await connect(simulator), receiver.address, [instant])
  simulator.planFault({ kind: 'webhook-delay', ms: 60_000, path: '**/instant?type=SMS' })
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Late' })
  await simulator.clock.advance(59_999)
  expect(receiver.notifications).toHaveLength(0)
  await simulator.clock.advance(1)
  await simulator.settled()
  expect(receiver.notifications).toHaveLength(1)
})
