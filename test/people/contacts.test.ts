import { expect, test } from 'vitest'
import { syncContactsJob } from '../../src/people/jobs.ts'
import { connect as signIn } from '../simulator/harness.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { send, stranger } from '../support/texts.ts'

const book = '/restapi/v1.0/account/~/extension/~/address-book/contact'
const syncPath = '/restapi/v1.0/account/~/extension/~/address-book-sync'
const contact =
  'id name firstName lastName company email mobilePhone phoneNumbers notes extension { extensionId }'

async function mutate(tenant: TestTenant, field: string, input: object) {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`
  const document = `mutation ($input: ${type}!) { result: ${field}(input: $input) { ... on Contact { ${contact} } ... on Error { code message } ... on InvalidInputError { field } } }`
  return (await tenant.query(document, { input })).result
}

async function contacts(tenant: TestTenant, search?: string) {
  const document = `query ($search: String) { contacts(search: $search) { totalCount nodes { ${contact} } } }`
  return (await tenant.query(document, { search })).contacts.nodes
}

const mia = {
  firstName: 'Mia',
  lastName: 'Núñez',
  company: 'Atelier',
  mobilePhone: '(415) 555-0123',
}

async function connected(people = [ava]) {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  for (const person of people) await acme.connect(person)
  return { gateway, acme }
}

test('a contact is made, found as a person types, changed and deleted, here and at RingCentral', async () => {
  const { gateway, acme } = await connected()
  const { extensionId } = ava
  const made = await mutate(acme, 'createContact', { extensionId, ...mia })
  expect(made).toMatchObject({
    name: 'Mia Núñez',
    phoneNumbers: [stranger],
    mobilePhone: mia.mobilePhone,
  })
  for (const typed of ['mi', 'nunez', 'atelier', '415 555-0123', 'MIA N']) {
    expect(await contacts(acme, typed), typed).toMatchObject([{ id: made.id }])
  }
  for (const typed of ['%', 'ia', 'nobody']) expect(await contacts(acme, typed), typed).toEqual([])

  const { id } = made
  const changed = await mutate(acme, 'updateContact', { id, company: '', notes: 'Likes oak' })
  expect(changed).toMatchObject({ id, company: null, notes: 'Likes oak', firstName: 'Mia' })
  const cleared = { lastName: '', email: '', mobilePhone: '', notes: '' }
  await mutate(acme, 'updateContact', { id, email: 'mia@example.com' })
  expect(await mutate(acme, 'updateContact', { id, ...cleared })).toMatchObject({
    ...{ id, name: 'Mia', lastName: null, email: null, mobilePhone: null, notes: null },
    phoneNumbers: [],
  })
  expect(await contacts(acme)).toMatchObject([{ id, email: null }])
  expect(await mutate(acme, 'deleteContact', { id })).toMatchObject({ id })
  expect(await contacts(acme)).toEqual([])
  expect(await mutate(acme, 'deleteContact', { id })).toMatchObject({ code: 'CONTACT_NOT_FOUND' })
  expect(['POST', 'PATCH', 'DELETE'].flatMap((method) => requests(gateway, method))).toHaveLength(5)

  // What cannot be names its field, whoever finds it.
  for (const [field, value] of [
    ['firstName', 'x'.repeat(256)],
    ['notes', 'x'.repeat(4001)],
    ['email', 'nobody'],
    ['homePhone', 'none'],
  ] as const) {
    const refused = await mutate(acme, 'createContact', { extensionId, [field]: value })
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', field })
  }
  gateway.simulator.planFault({
    kind: 'status',
    status: 400,
    path: '**/address-book/contact',
    count: 1,
    body: {
      errorCode: 'CMN-101',
      message: 'Parameter [company] value is invalid',
      errors: [
        {
          errorCode: 'CMN-101',
          message: 'Parameter [company] value is invalid',
          parameterName: 'company',
        },
      ],
    },
  })
  expect(await mutate(acme, 'createContact', { extensionId, ...mia })).toMatchObject({
    code: 'INVALID_INPUT',
    field: 'company',
  })
})

test('a copy that is wrong is mended by the full sync that follows a dead sync token', async () => {
  const { gateway, acme } = await connected()
  const jobs = await createJobRunner(gateway)
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  const made = await mutate(acme, 'createContact', { extensionId: ava.extensionId, ...mia })
  await mutate(acme, 'createContact', { extensionId: ava.extensionId, firstName: 'Old' })
  await jobs.settled()
  await gateway.db.budget.deleteMany()
  await jobs.run(syncContactsJob, { extensionRowId })
  const before = await contacts(acme)
  expect(before).toHaveLength(2)

  // Our copy is wrong about one, and has one more than RingCentral.
  await gateway.db.contact.update({ where: { id: made.id }, data: { name: 'Wrong' } })
  await gateway.db.contact.create({
    data: {
      ...(await gateway.db.contact.findUniqueOrThrow({ where: { id: made.id } })),
      id: 'con_x',
      rcContactId: '1',
    },
  })
  gateway.simulator.expireSyncTokens()
  await gateway.db.budget.deleteMany()
  await jobs.run(syncContactsJob, { extensionRowId })
  // A job that fails is tried again.
  await expect.poll(() => contacts(acme)).toEqual(before)
  expect(syncTypes(gateway).slice(-2)).toEqual(['ISync', 'FSync'])
})

test('what is deleted or changed at RingCentral is so here, by what an incremental sync tells', async () => {
  const { gateway, acme } = await connected()
  const jobs = await createJobRunner(gateway)
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  const { extensionId } = ava
  const gone = await mutate(acme, 'createContact', { extensionId, ...mia })
  const kept = await mutate(acme, 'createContact', { extensionId, firstName: 'Old' })
  const sync = async () => {
    await gateway.db.budget.deleteMany()
    await jobs.run(syncContactsJob, { extensionRowId })
  }
  await sync()
  const rcId = async ({ id }: { id: string }) =>
    (await gateway.db.contact.findUniqueOrThrow({ where: { id } })).rcContactId
  const avas = await signIn(gateway.simulator)
  const one = async (contact: { id: string }) => `address-book/contact/${await rcId(contact)}`
  expect((await avas('DELETE', await one(gone))).status).toBe(204)
  expect((await avas('PATCH', await one(kept), { notes: 'New' })).status).toBe(200)
  await sync()
  expect(await contacts(acme)).toMatchObject([{ id: kept.id, notes: 'New' }])
  expect(syncTypes(gateway).at(-1)).toBe('ISync')
})

test('a book of several pages is read to its end, and what left it meanwhile goes', async () => {
  const { gateway, acme } = await connected()
  const jobs = await createJobRunner(gateway)
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  await jobs.idle()
  const avas = await signIn(gateway.simulator)
  for (let n = 0; n < 260; n += 1) {
    const { status } = await avas('POST', 'address-book/contact', { firstName: `Friend ${n}` })
    expect(status).toBe(200)
  }
  const stale = { seenAt: new Date(0), tenantId: acme.id, extensionRowId, name: 'Gone' }
  await gateway.db.contact.create({
    data: { id: 'con_stale', rcContactId: '1', searchText: ' gone', phoneNumbers: [], ...stale },
  })
  gateway.simulator.expireSyncTokens()
  await gateway.db.budget.deleteMany()
  const before = syncTypes(gateway).length
  await jobs.run(syncContactsJob, { extensionRowId })
  const { contacts: all } = await acme.query('{ contacts { totalCount } }')
  expect(all.totalCount).toBe(260)
  expect(await contacts(acme, 'gone')).toEqual([])
  expect(
    syncTypes(gateway)
      .slice(before)
      .filter((type) => type === 'FSync'),
  ).toHaveLength(2)
})

test('an answer that got lost is looked up, not repeated', async () => {
  const { gateway, acme } = await connected()
  await contacts(acme)
  gateway.simulator.planFault({
    kind: 'accept-then-reset',
    path: book.replace('~', '*').replace('~', '*'),
    method: 'POST',
    count: 1,
  })
  const made = await mutate(acme, 'createContact', { extensionId: ava.extensionId, ...mia })
  expect(made).toMatchObject({ name: 'Mia Núñez' })
  expect(requests(gateway, 'POST')).toHaveLength(1)
  expect(await contacts(acme)).toHaveLength(1)

  gateway.simulator.planFault({
    kind: 'reset',
    path: book.replace('~', '*').replace('~', '*'),
    method: 'POST',
    count: 1,
  })
  const lost = await mutate(acme, 'createContact', {
    extensionId: ava.extensionId,
    ...mia,
    firstName: 'Lost',
  })
  expect(lost).toMatchObject({ code: 'CONTACT_UNCONFIRMED' })
  expect(await contacts(acme)).toHaveLength(1)
})

test('messages tell names, from one’s own contacts and the directory, with two questions a page', async () => {
  const { acme } = await connected([ava, ben])
  await acme.query('{ directory { asOf } }')
  await mutate(acme, 'createContact', { extensionId: ava.extensionId, ...mia })
  for (const text of ['one', 'two', 'three']) {
    await send(acme, { from: ava.number, to: [stranger, ben.number], text })
    await send(acme, { from: ben.number, to: [stranger], text })
  }
  const { messages } = await acme.query(
    '{ messages(filter: { direction: OUTBOUND }) { nodes { text sender { name } recipients { number name } } } }',
  )
  const named = messages.nodes.filter(({ text }: any) => text === 'one')
  expect(named).toEqual([
    // Mia is Ava’s contact, not Ben’s.
    { text: 'one', sender: { name: 'Ben Ortiz' }, recipients: [{ number: stranger, name: null }] },
    {
      text: 'one',
      sender: { name: 'Ava Hart' },
      recipients: [
        { number: stranger, name: 'Mia Núñez' },
        { number: ben.number, name: 'Ben Ortiz' },
      ],
    },
  ])
})

test('without the scope at RingCentral nothing is asked and changing is refused; disconnecting deletes the copy', async () => {
  const gateway = await startGateway({
    simulator: { scope: ['ReadAccounts', 'SMS', 'SubscriptionWebhook'] },
  })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  expect(await contacts(acme)).toEqual([])
  expect(
    await mutate(acme, 'createContact', { extensionId: ava.extensionId, ...mia }),
  ).toMatchObject({
    code: 'GRANT_LACKS_SCOPE',
  })
  expect(asked(gateway, syncPath, 'GET')).toEqual([])
})

const syncTypes = (gateway: Gateway) =>
  asked(gateway, syncPath, 'GET').map(({ path }) =>
    new URL(path, gateway.url).searchParams.get('syncType'),
  )

function requests(gateway: Gateway, method: string) {
  return gateway.simulator
    .ledger()
    .filter((entry) => entry.direction === 'in' && entry.method === method)
    .filter(({ path }) => path.includes('/address-book/contact'))
}
