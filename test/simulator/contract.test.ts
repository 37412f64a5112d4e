import { expect, test } from 'vitest'
import { check } from './contract/check.ts'
import { deviations } from './contract/document.ts'
import { contractOperations } from './contract/operations.ts'
import { connect, receive, simulate, subscribe, takeViolations } from './harness.ts'

const answered = {
  kind: 'exchange',
  method: 'GET',
  url: 'http://127.0.0.1/restapi/v1.0/account/~/extension/~/message-store/1?',
  requestHeaders: {},
  requestBody: '',
  status: 200,
  responseHeaders: { 'content-type': 'application/json;charset=utf-8' },
  responseBody: '{"id":1,"type":"SMS","availability":"Alive"}',
} as const

test('an answer as documented passes', () => {
  expect(check(answered)).toEqual([])
})

test.each([
  ['a wrong type', { responseBody: '{"id":"one"}' }],
  ['a value outside of its list', { responseBody: '{"type":"Telegram"}' }],
  ['an unknown member', { responseBody: '{"importance":"high"}' }],
  ['no JSON', { responseBody: 'Hello' }],
  ['the wrong content type', { responseHeaders: { 'content-type': 'text/html' } }],
  ['a status that is not declared', { status: 201 }],
  ['an unknown path', { url: 'http://127.0.0.1/restapi/v1.0/account/~/fortune' }],
  ['an unknown query parameter', { url: `${answered.url}colour=red` }],
])('an answer with %s does not', (_what, change) => {
  expect(check({ ...answered, ...change })).not.toEqual([])
})

test('all 83 operations of the document are checked, and every deviation has a reason', () => {
  expect(contractOperations).toHaveLength(83)
  for (const { reason } of deviations) expect(reason.length).toBeGreaterThan(20)
})

test('an answer that is broken on purpose is seen by the harness of every test', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  for (const extension of simulator.extensions()) extension.email = 'no address'
  await api('GET', '/restapi/v1.0/account/~/extension/~')
  expect(takeViolations(simulator)).toEqual([
    expect.stringContaining('/contact/email must match format "email"'),
  ])
})

test('so is a notification', async () => {
  const simulator = await simulate()
  const { address } = await receive()
  await subscribe(await connect(simulator), address)
  const words = { from: '+13105550177', to: '+12025550101' }
  simulator.inbound({ ...words, text: 'Hi' })
  expect(takeViolations(simulator)).toEqual([])
  const [subscription] = simulator.subscriptions()
  if (subscription) subscription.id = 7 as never
  simulator.inbound({ ...words, text: 'Hi' })
  expect(takeViolations(simulator)).toEqual([
    expect.stringContaining('/subscriptionId must be string'),
  ])
})
