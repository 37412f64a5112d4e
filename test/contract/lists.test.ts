import { beforeAll, describe, expect, it } from 'vitest'
import { sendBatch } from '../batches/batches.ts'
import { setConsent } from '../support/consents.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, stranger } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant
let other: TestTenant

const lists = [
  'messages',
  'conversations',
  'messageBatches',
  'messageTemplates',
  'optOuts',
  'callLogs',
  'extensions',
  'phoneNumbers',
  'contacts',
  'userMappings',
  'directory',
  'tenants',
  'apiKeys',
  'auditLog',
]

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  other = await gateway.createTenant({ name: 'Other' })
  acme = await gateway.createTenant()
  for (const person of [ava, ben]) {
    await acme.connect(person)
    await acme.query(
      `mutation { mapUser(input: { userId: "of-${person.number}", extensionId: "${person.extensionId}" }) { __typename } }`,
    )
    await addContact(`Friend of ${person.number}`)
    await send(acme, { from: person.number, to: [stranger], text: 'Hello' })
    const recipients = [{ to: '+13035550177' }]
    await sendBatch(acme, { from: [person.number], text: 'Hello all', recipients })
    const template = { name: `Of ${person.number}`, text: 'Hello' }
    await acme.query(
      `mutation ($template: CreateMessageTemplateInput!) { createMessageTemplate(input: $template) { __typename } }`,
      { template },
    )
    const key = { name: `Of ${person.number}`, scopes: ['messages:read'] }
    await acme.query(
      `mutation ($key: CreateApiKeyInput!) { createApiKey(input: $key) { __typename } }`,
      { key },
    )
    const wantsNone = { number: person.number, other: '+13035550178' }
    await setConsent(acme, { ...wantsNone, status: 'OPTED_OUT' })
  }
  await acme.waitFor('{ callLogs { totalCount } }', ({ callLogs }) => callLogs.totalCount > 1)
  return gateway.stop
})

async function addContact(firstName: string): Promise<string> {
  const { result } = await acme.query(
    `mutation ($input: CreateContactInput!) { result: createContact(input: $input) { ... on Contact { id } } }`,
    { input: { extensionId: ava.extensionId, firstName } },
  )
  return result.id
}

const viewerOf = (list: string) => (list === 'tenants' ? gateway.operator : acme)
const asking = (list: string, args: string) =>
  `{ list: ${list}(${args}) { nodes { id } pageInfo { startCursor endCursor hasNextPage } } }`
const cursorOf = (text: string) => Buffer.from(text).toString('base64')

async function page(list: string, args: string) {
  return (await viewerOf(list).query(asking(list, args))).list
}

/** What is said to who asks for it, all of whom are told that it is their input. */
async function refusal(list: string, args: string): Promise<string> {
  const [error] = await viewerOf(list).errors(asking(list, args))
  expect(error, `${list}(${args})`).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  return error.message
}

it('these are all the lists that there are', async () => {
  const { __type } = await acme.query('{ __type(name: "Query") { fields { name args { name } } } }')
  const paged = __type.fields.filter(({ args }: any) =>
    args.some(({ name }: any) => name === 'after'),
  )
  expect(paged.map(({ name }: any) => name).sort()).toEqual([...lists].sort())
})

describe.each(lists)('%s', (list) => {
  it('go on after a cursor of their own, and refuse any other', async () => {
    const first = await page(list, 'first: 1')
    expect(first.nodes).toHaveLength(1)
    const own = JSON.stringify(first.pageInfo.endCursor)
    const after = await page(list, `first: 1, after: ${own}`)
    expect(after.nodes).not.toEqual(first.nodes)
    const backTo = JSON.stringify(after.pageInfo.startCursor)
    expect((await page(list, `last: 1, before: ${backTo}`)).nodes).toEqual(first.nodes)

    const another = lists[(lists.indexOf(list) + 1) % lists.length] as string
    const theirs = (await page(another, 'first: 1')).pageInfo.endCursor
    const kind = first.nodes[0].id.split('_')[0]
    const foreign = [
      theirs,
      '',
      'garbage',
      cursorOf(`GPC:S:${kind}_nonsense`),
      cursorOf(`GPC:S:${kind}_\u0000`),
      cursorOf('GPC:S:'),
      cursorOf('GPC:I:7'),
      cursorOf('OffsetConnection:-1'),
      cursorOf('OffsetConnection:1e9'),
    ].map((cursor) => JSON.stringify(cursor))
    await Promise.all([
      ...foreign.map(async (cursor) =>
        expect(await refusal(list, `after: ${cursor}`)).toContain('`after`'),
      ),
      ...foreign.map(async (cursor) =>
        expect(await refusal(list, `before: ${cursor}`)).toContain('`before`'),
      ),
    ])
  })

  it('say what to ask for instead of a page that cannot be', async () => {
    for (const size of [0, -1, 101]) {
      expect(await refusal(list, `first: ${size}`)).toMatch(/from 1 to 100; got .*`after`/)
      expect(await refusal(list, `last: ${size}`)).toMatch(/from 1 to 100; got .*`before`/)
    }
    expect(await refusal(list, 'first: 1, last: 1')).toContain('not both')
    const { startCursor } = (await page(list, 'first: 1')).pageInfo
    const cursor = JSON.stringify(startCursor)
    for (const args of [
      `first: 1, before: ${cursor}`,
      `last: 1, after: ${cursor}`,
      `after: ${cursor}, before: ${cursor}`,
    ]) {
      expect(await refusal(list, args)).toContain('`first` with `after`')
    }
  })
})

it('a cursor of what has been deleted says so, instead of looking like the end', async () => {
  const id = await addContact('Aaron')
  const { nodes, pageInfo } = await page('contacts', 'first: 1')
  expect(nodes).toEqual([{ id }])
  await acme.query(`mutation { deleteContact(input: { id: "${id}" }) { __typename } }`)
  expect(await refusal('contacts', `after: ${JSON.stringify(pageInfo.endCursor)}`)).toContain(
    'begin again without `after`',
  )
})

it('a cursor of another tenant’s row is none', async () => {
  const { pageInfo } = await page('messages', 'first: 1')
  const [error] = await other.errors(asking('messages', `after: "${pageInfo.endCursor}"`))
  expect(error).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
})

it('a page of the directory with nobody on it has no cursors', async () => {
  const nobody = { nodes: [], pageInfo: { startCursor: null, endCursor: null, hasNextPage: false } }
  expect(await page('directory', 'search: "nobody"')).toEqual(nobody)
})
