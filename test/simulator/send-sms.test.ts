import { expect, test } from 'vitest'
import { ava, ben, call, connect, control, login, simulate, text } from './harness.ts'

test('an accepted text is queued, then sent, then delivered', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const accepted = await text(api, '+13105550177')
  expect(accepted.status).toBe(200)
  expect(accepted.body).toMatchObject({
    type: 'SMS',
    direction: 'Outbound',
    messageStatus: 'Queued',
    subject: 'Hello',
    from: { phoneNumber: '+12025550101' },
    to: [{ phoneNumber: '+13105550177' }],
  })
  expect(accepted.body).not.toHaveProperty('segmentCount')

  const status = async () =>
    (await api('GET', `message-store/${accepted.body.id}`)).body.messageStatus
  await simulator.clock.advance(300)
  expect(await status()).toBe('Sent')
  await simulator.clock.advance(900)
  expect(await status()).toBe('Delivered')
})

test('the conversation id is written with all of its digits', async () => {
  const simulator = await simulate()
  const { text: raw, body } = await text(await connect(simulator), '+13105550177')
  expect(raw).toContain(`"conversationId":${body.conversation.id},`)
  expect(BigInt(body.conversation.id)).toBeGreaterThan(2n ** 53n)
  expect(String(body.conversationId)).not.toBe(body.conversation.id)
})

test('a text to a colleague arrives there, and the answer is in the same conversation', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const sent = (await text(api, '+12125550102')).body
  await simulator.clock.advance(1200)
  const theirs = await connect(simulator, ben)
  const [arrived] = (await theirs('GET', 'message-store')).body.records
  expect(arrived).toMatchObject({ direction: 'Inbound', subject: 'Hello', readStatus: 'Unread' })
  expect(arrived.conversation.id).not.toBe(sent.conversation.id)
  const [answer] = simulator.inbound({ from: '+12125550102', to: '+12025550101', text: 'Hi' })
  expect(answer?.conversationId).toBe(sent.conversation.id)
})

test.each([
  ['a colleague’s number', 403, 'MSG-304', { from: { phoneNumber: '+12125550102' } }],
  ['the company’s number', 403, 'MSG-304', { from: { phoneNumber: '+12025550100' } }],
  ['no sender', 400, 'CMN-101', { from: {} }],
  ['no recipient', 400, 'CMN-101', { to: [] }],
  ['something that is no number', 400, 'CMN-101', { to: [{ phoneNumber: 'Bob' }] }],
  ['a text of 1001 units', 400, 'CMN-101', { text: 'x'.repeat(1001) }],
  ['501 emoji', 400, 'CMN-101', { text: '😀'.repeat(501) }],
  ['no text', 400, 'CMN-101', { text: '' }],
  ['the same recipient twice', 400, 'CMN-406', { to: twice('+13105550177') }],
  ['eleven recipients', 400, 'MSG-381', { to: several(11) }],
  ['somebody abroad', 403, 'MSG-240', { to: [{ phoneNumber: '+4930123456' }] }],
  ['a blocked recipient', 400, 'MSG-243', { to: [{ phoneNumber: '+12025559243' }] }],
  ['a moment when sending is down', 503, 'MSG-290', { to: [{ phoneNumber: '+12025559290' }] }],
])('%s answers %i %s, and nothing is sent', async (_what, status, code, change) => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const request = {
    from: { phoneNumber: '+12025550101' },
    to: [{ phoneNumber: '+13105550177' }],
    text: 'Hi',
  }
  const reply = await api('POST', 'sms', { ...request, ...change })
  expect(reply.status).toBe(status)
  expect(reply.body.errors[0].errorCode).toBe(code)
  expect(simulator.outbox()).toEqual([])
})

test('500 emoji are just short enough', async () => {
  const simulator = await simulate()
  expect((await text(await connect(simulator), '+13105550177', '😀'.repeat(500))).status).toBe(200)
})

test.each([
  ['+12025559411', 'DeliveryFailed', 'SMS-CAR-411'],
  ['+12025559430', 'SendingFailed', 'SMS-UP-430'],
  ['+12025559413', 'SendingFailed', 'SMS-RC-413'],
  ['+12025559104', 'Sent', 'SMS-CAR-104'],
  ['+12025559000', 'Sent', undefined],
  ['+12025559001', 'Queued', undefined],
])('a text to %s ends as %s', async (to, status, code) => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const { body } = await text(api, to)
  await simulator.clock.advance(60_000)
  const after = (await api('GET', `message-store/${body.id}`)).body
  expect(after.messageStatus).toBe(status)
  expect(after.deliveryErrorCode).toBe(code)
})

test('who answers STOP is not texted from that number any more, until START', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const outcome = async () => {
    const { body } = await text(api, '+13105550177')
    await simulator.clock.advance(5000)
    return (await api('GET', `message-store/${body.id}`)).body
  }
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'stop ' })
  expect(await outcome()).toMatchObject({
    messageStatus: 'SendingFailed',
    deliveryErrorCode: 'SMS-RC-413',
  })
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'START' })
  expect(await outcome()).toMatchObject({ messageStatus: 'Delivered' })
})

test('a group text is one message whose recipients have a status each', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const { body } = await text(api, ['+13105550177', '+12025559411', '+12125550102'])
  await simulator.clock.advance(2000)
  const after = (await api('GET', `message-store/${body.id}`)).body
  expect(after.messageStatus).toBe('DeliveryFailed')
  expect(after.to.map((one: { messageStatus: string }) => one.messageStatus)).toEqual([
    'Delivered',
    'DeliveryFailed',
    'Delivered',
  ])
  const [theirs] = (await (await connect(simulator, ben))('GET', 'message-store')).body.records
  expect(theirs.to).toHaveLength(3)
})

test.each(['form-data', 'mixed'])(
  'multipart/%s is taken with JSON as its first part',
  async (kind) => {
    const simulator = await simulate()
    const { body } = await login(simulator, ava)
    const json = {
      from: { phoneNumber: '+12025550101' },
      to: [{ phoneNumber: '+13105550177' }],
      text: '',
    }
    const parts = [
      'content-type: application/json\r\ncontent-disposition: form-data; name="request.json"; filename="request.json"',
      '\r\n\r\n',
      JSON.stringify(json),
      '\r\n--frontier\r\n',
      'content-type: image/png\r\ncontent-disposition: form-data; name="attachments"; filename="dot.png"',
      '\r\n\r\nnot really a picture',
    ]
    const reply = await call(`${simulator.url}/restapi/v1.0/account/~/extension/~/sms`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${body.access_token}`,
        'content-type': `multipart/${kind}; boundary=frontier`,
      },
      body: `--frontier\r\n${parts.join('')}\r\n--frontier--\r\n`,
    })
    expect(reply.status).toBe(200)
    expect(reply.body.attachments[1]).toMatchObject({
      type: 'MmsAttachment',
      fileName: 'dot.png',
      size: 20,
    })
  },
)

test('the outbox lists every accepted text', async () => {
  const simulator = await simulate()
  const { body } = await text(await connect(simulator), ['+13105550177', '+13105550178'])
  const outbox = await call(`${simulator.url}/simulator/outbox`)
  expect(outbox.body).toEqual([
    {
      id: String(body.id),
      from: '+12025550101',
      to: ['+13105550177', '+13105550178'],
      text: 'Hello',
      acceptedAt: body.creationTime,
    },
  ])
  expect((await control(simulator, 'inbound', {})).status).toBe(400)
})

function twice(phoneNumber: string) {
  return [{ phoneNumber }, { phoneNumber }]
}

function several(count: number) {
  return Array.from({ length: count }, (_, index) => ({ phoneNumber: `+131055501${10 + index}` }))
}
