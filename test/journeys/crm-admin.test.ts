import { expect, test } from 'vitest'
import { lookUp, namesOf } from '../support/directory.ts'
import { ava, ben, cleo, startGateway, type TestTenant } from '../support/gateway.ts'
import { stranger, waitForStatus } from '../support/texts.ts'

async function map(tenant: TestTenant, userId: string, extensionId: string) {
  const document = `mutation ($input: MapUserInput!) {
    result: mapUser(input: $input) {
      __typename
      ... on UserMapping { userId extensionId }
      ... on ExtensionAlreadyMappedError { code message userId extensionId }
      ... on Error { code message }
    }
  }`
  return (await tenant.query(document, { input: { userId, extensionId } })).result
}

test('a CRM admin finds people, maps them, corrects a double mapping, and texts in their name', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await acme.connect(ben)

  // The admin types a name into the CRM's search box. Of some people a few letters are enough.
  expect(namesOf(await lookUp(acme, 'av'))).toEqual(['Ava Hart'])
  expect(namesOf(await lookUp(acme, 'ORTIZ'))).toEqual(['Ben Ortiz'])
  expect(namesOf(await lookUp(acme, '102'))).toEqual(['Ben Ortiz'])

  // A new colleague is in the CRM, but nobody has made a RingCentral user of them yet.
  const nobody = await lookUp(acme, 'Dora')
  expect(nobody).toMatchObject({ nodes: [], totalCount: 0 })
  expect(nobody.emptyHint).toContain('must exist in RingCentral')

  // Ava's CRM user gets her extension. For Ben's, the admin picks Ava by mistake, and is told who has her.
  expect(await map(acme, 'crm-ava', ava.extensionId)).toMatchObject({ __typename: 'UserMapping' })
  const mistake = await map(acme, 'crm-ben', ava.extensionId)
  expect(mistake).toMatchObject({
    __typename: 'ExtensionAlreadyMappedError',
    code: 'EXTENSION_ALREADY_MAPPED',
    userId: 'crm-ava',
    extensionId: ava.extensionId,
  })
  expect(mistake.message).toContain('crm-ava')
  expect(await mapped(acme)).toEqual(['crm-ava: Ava Hart'])

  // The right person is one search away.
  const [found] = (await lookUp(acme, 'ben')).nodes
  expect(await map(acme, 'crm-ben', found.extensionId)).toMatchObject({
    userId: 'crm-ben',
    extensionId: ben.extensionId,
  })
  expect(await mapped(acme)).toEqual(['crm-ava: Ava Hart', 'crm-ben: Ben Ortiz'])

  // From now on the CRM speaks of its own users only. Each texts from their own number.
  for (const [userId, number] of [
    ['crm-ava', ava.number],
    ['crm-ben', ben.number],
  ] as const) {
    const message = await text(acme, userId)
    expect(message).toMatchObject({ from: number })
    await waitForStatus(acme, message.id, 'SENT', 'DELIVERED')
  }
  expect(gateway.simulator.outbox().map(({ from }) => from)).toEqual([ava.number, ben.number])
  const seen = await acme.query('{ messages { nodes { sender { name } } } }')
  expect(seen.messages.nodes.map((one: any) => one.sender.name)).toEqual(['Ben Ortiz', 'Ava Hart'])

  // Who is mapped but has not connected yet is told apart from who is not mapped.
  await map(acme, 'crm-cleo', cleo.extensionId)
  expect(await text(acme, 'crm-cleo')).toMatchObject({ code: 'NOT_CONNECTED' })
  expect(await text(acme, 'crm-dora')).toMatchObject({ code: 'USER_NOT_MAPPED' })
})

async function mapped(tenant: TestTenant): Promise<string[]> {
  const { userMappings } = await tenant.query(
    '{ userMappings { nodes { userId person { name } } } }',
  )
  return userMappings.nodes.map(({ userId, person }: any) => `${userId}: ${person.name}`).sort()
}

async function text(tenant: TestTenant, userId: string) {
  const document = `mutation ($input: SendSmsInput!) {
    result: sendSms(input: $input) { ... on Message { id from } ... on Error { code } }
  }`
  const input = { userId, to: [stranger], text: 'Your sofa is ready', idempotencyKey: userId }
  return (await tenant.query(document, { input })).result
}
