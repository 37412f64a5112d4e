import { expect, test } from 'vitest'
import { ava, startGateway, type TestTenant } from '../support/gateway.ts'
import { asked } from '../support/ledger.ts'
import { stranger } from '../support/texts.ts'
import { openBrowser } from './browser.ts'

const ringOut = '/restapi/v1.0/account/~/extension/~/ring-out'
const call = 'id status result durationSeconds from { number name } to { number name }'

const click = `mutation ($input: StartCallInput!) {
  result: startCall(input: $input) { ... on Call { ${call} } ... on Error { code message } }
}`
const contact = `mutation ($input: CreateContactInput!) {
  result: createContact(input: $input) { ... on Contact { name } ... on Error { code message } }
}`

test('an agent clicks to call, sees it ring, be answered and end, and finds it in the log once', async () => {
  const gateway = await startGateway({
    simulator: { calls: { ringMs: 1_500, talkMs: 2_200, logLagMs: 100 } },
  })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await acme.query(
    `mutation { mapUser(input: { userId: "crm-ava", extensionId: "${ava.extensionId}" }) { __typename } }`,
  )
  await acme.query('{ directory { asOf } }')
  const mia = { extensionId: ava.extensionId, firstName: 'Mia', mobilePhone: stranger }
  expect((await acme.query(contact, { input: mia })).result).toEqual({ name: 'Mia' })
  const before = await logged(acme)

  // The agent's page is open: it hears of her calls.
  const page = openBrowser(gateway.url, acme.secret)
  const live = page.listen(
    `subscription ($after: String, $filter: CallFilter) { callChanged(after: $after, filter: $filter) { cursor call { ${call} } } }`,
    { filter: { extensionId: ava.extensionId, direction: 'OUTBOUND' } },
  )
  await page.connected

  // She clicks on Mia's number, twice since nothing moved at once. The CRM sends a key for each click on a customer.
  const input = { userId: 'crm-ava', to: stranger, idempotencyKey: 'mia-2026-11-22-1' }
  const clicks = await Promise.all([acme.query(click, { input }), acme.query(click, { input })])
  const [first, second] = clicks.map(({ result }) => result)
  expect(first).toMatchObject({
    status: 'STARTING',
    from: { number: ava.number, name: 'Ava Hart' },
    to: { number: stranger, name: 'Mia' },
  })
  expect(second.id).toBe(first.id)

  // It rings, Mia picks up, they talk, it is over.
  const steps = () => live.events.map(({ call }) => call.status)
  await expect.poll(() => steps().at(-1)).toBe('ENDED')
  expect(steps().filter((status, n) => status !== steps()[n - 1])).toEqual([
    'STARTING',
    'RINGING',
    'ANSWERED',
    'ENDED',
  ])
  for (const event of live.events)
    expect(event.call).toMatchObject({ id: first.id, to: { name: 'Mia' } })

  // The log has it, once, for as long as it was: two rings, and the talk.
  const found = await acme.waitFor(
    `{ callLogs(filter: { number: "${stranger}" }) { nodes { ${call} rcCallId } } }`,
    ({ callLogs }) =>
      callLogs.nodes.filter(({ id, rcCallId }: any) => id === first.id && rcCallId)[0],
  )
  expect(found).toMatchObject({ status: 'ENDED', result: 'ANSWERED', to: { name: 'Mia' } })
  expect(found.durationSeconds).toBeGreaterThanOrEqual(4)
  expect(found.durationSeconds).toBeLessThanOrEqual(8)
  expect(await logged(acme)).toEqual([first.id, ...before])
  expect(asked(gateway, ringOut)).toHaveLength(1)

  // A click that comes again hours later, from a page that was left open, rings nobody.
  expect((await acme.query(click, { input })).result).toMatchObject({
    id: first.id,
    status: 'ENDED',
  })
  expect(asked(gateway, ringOut)).toHaveLength(1)
})

/** The ids of the log, once it is there. */
function logged(tenant: TestTenant): Promise<string[]> {
  return tenant.waitFor(
    '{ callLogs(first: 100) { asOf nodes { id } } }',
    ({ callLogs: { asOf, nodes } }) => asOf && nodes.length > 0 && nodes.map(({ id }: any) => id),
  )
}
