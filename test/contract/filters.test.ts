import { beforeAll, expect, it } from 'vitest'
import { ava, startGateway, type TestTenant } from '../support/gateway.ts'

let acme: TestTenant

beforeAll(async () => {
  const gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const upsideDown = '{ createdFrom: "2026-02-01T00:00:00Z", createdBefore: "2026-01-01T00:00:00Z" }'

it.each([
  ['messages(filter: { extensionId: "nonsense" })', '`extensionId`'],
  ['messages(filter: { extensionId: "msg_01k00000000000000000000000" })', '`ext_…`'],
  ['messages(filter: { extensionId: "" })', '`extensionId`'],
  ['messages(filter: { number: "hello" })', '`number`'],
  ['messages(filter: { number: "2025550142" })', '+12025550142'],
  [`messages(filter: ${upsideDown})`, '`createdFrom`'],
  ['conversations(filter: { extensionId: "nonsense" })', '`extensionId`'],
  ['conversations(filter: { number: "hello" })', '`number`'],
  ['conversations(filter: { participant: "2025550142" })', '`participant`'],
  ['contacts(extensionId: "nonsense")', '`extensionId`'],
  ['extensions(filter: { extensionId: "nonsense" })', '`extensionId`'],
  ['userMappings(filter: { extensionId: ["62264425016", "nonsense"] })', '`extensionId`'],
  ['callLogs(filter: { extensionId: "nonsense" })', '`extensionId`'],
])('%s is refused, and the message names what is wrong: %s', async (asked, told) => {
  const [error] = await acme.errors(`{ ${asked} { nodes { __typename } } }`)
  expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  expect(error.message).toContain(told)
})

it.each([
  ['messageReceived', '{ message { id } }', 'filter: { extensionId: "nonsense" }'],
  ['messageStatusChanged', '{ message { id } }', 'filter: { number: "hello" }'],
  ['messageChanged', '{ message { id } }', `filter: ${upsideDown}`],
  ['conversationChanged', '{ cursor }', 'filter: { participant: "hello" }'],
  ['presenceChanged', '{ extensionId }', 'filter: { extensionId: "nonsense" }'],
])('%s %s is refused with %s', async (field, selection, args) => {
  const events = await acme.subscribe(`subscription { ${field}(${args}) ${selection} }`)
  await expect
    .poll(() => events.failure)
    .toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
})

it('what is well-formed and unknown finds nothing; an extension goes by either of its ids', async () => {
  const { extensions } = await acme.query('{ extensions { nodes { id } } }')
  const [{ id }] = extensions.nodes
  await acme.query(
    `mutation { mapUser(input: { userId: "crm-1", extensionId: "${ava.extensionId}" }) { __typename } }`,
  )
  const found = async (asked: string) =>
    (await acme.query(`{ found: ${asked} { totalCount } }`)).found.totalCount
  const unknown = 'ext_01k00000000000000000000000'
  for (const extensionId of [unknown, '999']) {
    expect(await found(`messages(filter: { extensionId: "${extensionId}" })`)).toBe(0)
    expect(await found(`contacts(extensionId: "${extensionId}")`)).toBe(0)
    expect(await found(`extensions(filter: { extensionId: "${extensionId}" })`)).toBe(0)
    expect(await found(`userMappings(filter: { extensionId: ["${extensionId}"] })`)).toBe(0)
  }
  for (const extensionId of [id, ava.extensionId]) {
    expect(await found(`extensions(filter: { extensionId: "${extensionId}" })`)).toBe(1)
    expect(await found(`userMappings(filter: { extensionId: ["${extensionId}"] })`)).toBe(1)
  }
  for (const number of ['+12025550142', '+1 (202) 555-0142', '101', '72345']) {
    expect(await found(`messages(filter: { number: "${number}" })`)).toBe(0)
    expect(await found(`conversations(filter: { number: "${number}" })`)).toBe(0)
  }
})
