import type { GraphQLObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createId, type IdKind, kindOfId } from '../../src/lib/ids.ts'
import { schema } from '../../src/schema.ts'
import { changeBatch, sendBatch } from '../batches/batches.ts'
import { createClient } from '../support/client.ts'
import { mint } from '../support/client-tokens.ts'
import { consentOf, setConsent } from '../support/consents.ts'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { callWith, idPathsOf } from '../support/id-paths.ts'
import { asked } from '../support/ledger.ts'
import { elsewhere, messagesOf, waitForMessage, write } from '../support/mailbox.ts'
import { createUpload, findUpload, uploaded } from '../support/media.ts'
import { allowAtRingCentral } from '../support/person.ts'
import { change, offIn } from '../support/settings.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'

/** A tenant with something of every kind, and the ids of it. */
type Tenant = TestTenant & { firstCursor: string; ids: Record<string, string> }

const whoWantsNone = '+14155550199'
const syncPath = `/restapi/v1.0/account/~/extension/~/message-sync`

let gateway: Gateway
let acme: Tenant
let other: Tenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await settle('Acme', ava)
  other = await settle('Other', ben)
})
afterAll(() => gateway.stop())

/** Connects somebody, has one text come in and one go out, and reads the call log. */
async function settle(name: string, person: typeof ava): Promise<Tenant> {
  const tenant = await gateway.createTenant({ name })
  const { status } = await tenant.query('{ status { cursor } }')
  const extension = await tenant.connect(person)
  const sent = await send(tenant, { from: person.number, to: [stranger], text: `Sent by ${name}` })
  await waitForStatus(tenant, sent.id, 'DELIVERED')
  gateway.simulator.inbound({ from: stranger, to: person.number, text: `Received by ${name}` })
  const received = await tenant.waitFor(
    '{ messages(filter: { direction: INBOUND }) { nodes { id } } }',
    ({ messages }) => messages.nodes[0],
  )
  await sawItElsewhere(tenant, person)
  const { conversations } = await tenant.query('{ conversations { nodes { id } } }')
  const call = await tenant.waitFor(
    '{ callLogs { nodes { id } } }',
    ({ callLogs }) => callLogs.nodes[0],
  )
  const consent = await setConsent(tenant, {
    ...{ number: person.number, other: whoWantsNone },
    status: 'OPTED_OUT',
  })
  const { phoneNumbers } = await tenant.query('{ phoneNumbers { nodes { id } } }')
  const { directory } = await tenant.query('{ directory { nodes { id } } }')
  const mapping = await mapUser(tenant, 'crm-1', person.extensionId)
  const { createContact: contact } = await tenant.query(
    'mutation ($input: CreateContactInput!) { createContact(input: $input) { ... on Contact { id } } }',
    { input: { extensionId: extension.id, firstName: name, mobilePhone: stranger } },
  )
  const template = await makeTemplate(tenant, 'Greeting')
  const batch = await sendBatch(tenant, {
    from: [person.number],
    text: `Batch of ${name}`,
    recipients: [{ to: '+13035550177' }],
  })
  return {
    ...tenant,
    firstCursor: status.cursor,
    ids: {
      Extension: extension.id,
      PhoneNumber: phoneNumbers.nodes[0].id,
      Message: sent.id,
      received: received.id,
      Conversation: conversations.nodes[0].id,
      Consent: consent.id,
      Call: call.id,
      DirectoryEntry: directory.nodes[0].id,
      UserMapping: mapping.id,
      Contact: contact.id,
      MessageTemplate: template.id,
      MessageBatch: batch.id,
      Upload: await uploaded(tenant),
      ApiKey: tenant.apiKeyId,
      Tenant: tenant.id,
    },
  }
}

/** Reads what has come in with another application: it changed. */
async function sawItElsewhere(tenant: TestTenant, person: typeof ava) {
  const [{ rcMessageId }] = await messagesOf(tenant, { direction: 'INBOUND' })
  const api = await elsewhere(gateway, person.extensionId)
  await api('PUT', `message-store/${rcMessageId}`, { readStatus: 'Read' })
  await waitForMessage(tenant, ({ isRead }) => isRead)
}

async function makeTemplate(tenant: TestTenant, name: string) {
  const document =
    'mutation ($input: CreateMessageTemplateInput!) { createMessageTemplate(input: $input) { ... on MessageTemplate { id } ... on Error { code } } }'
  const input = { name, text: 'Hi {{name}}' }
  return (await tenant.query(document, { input })).createMessageTemplate
}

async function mapUser(tenant: TestTenant, userId: string, extensionId: string) {
  const document = `mutation ($input: MapUserInput!) { mapUser(input: $input) { ... on UserMapping { id } ... on Error { code } } }`
  return (await tenant.query(document, { input: { userId, extensionId } })).mapUser
}

describe('I1: every query shows a tenant its own and nothing of another', () => {
  type Case = { document: string; showing: string[] }
  const cases: Record<string, Case> = {
    extensions: {
      document:
        '{ extensions { totalCount nodes { id presence { availability } capabilities { ability works } } edges { node { id } } } }',
      showing: ['Extension'],
    },
    phoneNumbers: {
      document: '{ phoneNumbers { totalCount nodes { id } edges { node { id } } } }',
      showing: ['PhoneNumber'],
    },
    messages: {
      document: '{ messages { totalCount nodes { id sender { name } } edges { node { id } } } }',
      showing: ['Message', 'received'],
    },
    conversations: {
      document:
        '{ conversations { totalCount nodes { id participants { name } messages { nodes { id } } } } }',
      showing: ['Conversation', 'Message', 'received'],
    },
    messageBatches: {
      document: '{ messageBatches { totalCount nodes { id messages { nodes { id } } } } }',
      showing: ['MessageBatch'],
    },
    callLogs: { document: '{ callLogs(first: 100) { nodes { id } } }', showing: ['Call'] },
    directory: {
      document: '{ directory { totalCount nodes { id extension { id } mappedUser { id } } } }',
      showing: ['DirectoryEntry', 'Extension', 'UserMapping'],
    },
    contacts: {
      document: '{ contacts { totalCount nodes { id extension { id } } } }',
      showing: ['Contact', 'Extension'],
    },
    messageTemplates: {
      document: '{ messageTemplates { totalCount nodes { id } edges { node { id } } } }',
      showing: ['MessageTemplate'],
    },
    userMappings: {
      document:
        '{ userMappings { totalCount nodes { id extension { id mappedUser { id } } person { id } } } }',
      showing: ['UserMapping', 'Extension'],
    },
    optOuts: {
      document: '{ optOuts { totalCount nodes { id } } }',
      showing: ['Consent'],
    },
    apiKeys: {
      document: '{ apiKeys { totalCount nodes { id replacedById } edges { node { id } } } }',
      showing: ['ApiKey'],
    },
    auditLog: {
      document: '{ auditLog(first: 100) { nodes { id actorId tenantId subjectId } } }',
      showing: ['Extension', 'ApiKey'],
    },
    suggestUserMappings: {
      document:
        '{ suggestUserMappings(input: { users: [{ userId: "a", email: "ava@example.com" }, { userId: "b", email: "ben@example.com" }, { userId: "c", email: "cleo@example.com" }] }) { candidates { id mappedUser { id } } } }',
      showing: ['DirectoryEntry', 'UserMapping'],
    },
  }
  const byThemselves = [
    ...['status', 'settings', 'message', 'upload', 'messageBatch', 'conversation', 'call'],
    ...['activeCalls', 'node', 'consent', 'messagePreflight', 'renderMessageTemplate'],
    ...['messageTemplate'],
  ]
  const operators = ['tenants']

  test('no query is left out', () => {
    expect([...Object.keys(cases), ...byThemselves, ...operators].sort()).toEqual(
      fieldsOf(schema.getQueryType()),
    )
  })

  for (const [field, { document, showing }] of Object.entries(cases)) {
    test(field, async () => {
      for (const mine of [acme, other]) {
        const answer = await mine.query(document)
        for (const kind of showing) expect(idsIn(answer)).toContain(mine.ids[kind])
        expect(await notOf(mine, answer)).toEqual([])
        const { totalCount, nodes } = answer[field] ?? {}
        if (totalCount !== undefined) expect(totalCount).toBe(nodes.length)
      }
    })
  }

  test('status', async () => {
    const third = await gateway.createTenant({ name: 'Third' })
    const document = '{ status { connected expiresAt rcAccountId activeExtensions } }'
    expect((await acme.query(document)).status).toMatchObject({
      connected: true,
      activeExtensions: 1,
    })
    expect((await third.query(document)).status).toEqual({
      connected: false,
      expiresAt: null,
      rcAccountId: null,
      activeExtensions: 0,
    })
  })

  test('settings', async () => {
    expect(offIn(await change(other, { disable: ['FAX'] }))).toEqual(['FAX'])
    const document = '{ settings { features { feature enabled } } }'
    expect(offIn((await other.query(document)).settings)).toEqual(['FAX'])
    expect(offIn((await acme.query(document)).settings)).toEqual([])
  })

  test('message', async () => {
    const document = 'query ($id: ID!) { message(id: $id) { id } }'
    for (const [mine, foreign] of pairs()) {
      expect(await mine.query(document, { id: mine.ids.Message })).toEqual({
        message: { id: mine.ids.Message },
      })
      const unknown = await raw(mine, document, { id: createId('Message') })
      expect(await raw(mine, document, { id: foreign.ids.Message })).toBe(unknown)
      expect(unknown).toBe('{"data":{"message":null}}')
    }
  })

  test('messageBatch', async () => {
    const document = 'query ($id: ID!) { messageBatch(id: $id) { id } }'
    for (const [mine, foreign] of pairs()) {
      const id = mine.ids.MessageBatch
      expect(await mine.query(document, { id })).toEqual({ messageBatch: { id } })
      expect(await foreign.query(document, { id })).toEqual({ messageBatch: null })
    }
  })

  test('upload', async () => {
    for (const [mine, foreign] of pairs()) {
      const { id } = await createUpload(mine, { fileName: 'a.png' })
      expect(await findUpload(mine, id)).toMatchObject({ id })
      expect(await findUpload(foreign, id)).toBeNull()
    }
  })

  test('conversation', async () => {
    const document = 'query ($id: ID!) { conversation(id: $id) { id } }'
    for (const [mine, foreign] of pairs()) {
      const conversation = { id: mine.ids.Conversation }
      expect(await mine.query(document, conversation)).toEqual({ conversation })
      expect(await mine.query(document, { id: foreign.ids.Conversation })).toEqual({
        conversation: null,
      })
    }
    // Neither by its messages, nor by words of them.
    const filtered = { filter: { conversationId: acme.ids.Conversation } }
    const messages = 'query ($filter: MessageFilter) { messages(filter: $filter) { nodes { id } } }'
    expect(await other.query(messages, filtered)).toEqual({ messages: { nodes: [] } })
    const search = '{ conversations(filter: { search: "received" }) { nodes { id } } }'
    expect(await other.query(search)).toEqual({
      conversations: { nodes: [{ id: other.ids.Conversation }] },
    })
  })

  test('messagePreflight', async () => {
    const document =
      'query ($input: SendSmsInput!) { messagePreflight(input: $input) { canSend problems { code } } }'
    const look = async (tenant: Tenant, input: object) => {
      const { messagePreflight } = await tenant.query(document, { input })
      return messagePreflight.problems.map(({ code }: any) => code)
    }
    const words = { to: [stranger], text: 'Hello' }
    const values = [{ name: 'name', value: 'Zoë' }]
    expect(await look(acme, { from: ava.number, ...words })).toEqual([])
    expect(await look(other, { from: ava.number, ...words })).toEqual(['NUMBER_NOT_FOUND'])
    const { MessageTemplate: templateId } = acme.ids
    const templated = { to: [stranger], templateId, values }
    expect(await look(acme, { from: ava.number, ...templated })).toEqual([])
    expect(await look(other, { from: ben.number, ...templated })).toEqual(['TEMPLATE_NOT_FOUND'])
  })

  test('messageTemplate', async () => {
    const document = 'query ($id: ID!) { messageTemplate(id: $id) { id } }'
    for (const [mine, foreign] of pairs()) {
      const id = mine.ids.MessageTemplate
      expect(await mine.query(document, { id })).toEqual({ messageTemplate: { id } })
      expect(await mine.query(document, { id: foreign.ids.MessageTemplate })).toEqual({
        messageTemplate: null,
      })
    }
  })

  test('renderMessageTemplate', async () => {
    const document =
      'query ($input: RenderMessageTemplateInput!) { result: renderMessageTemplate(input: $input) { ... on RenderedMessageTemplate { text } ... on Error { code } } }'
    const values = [{ name: 'name', value: 'Zoë' }]
    for (const [mine, foreign] of pairs()) {
      const render = (templateId: unknown) =>
        mine.query(document, { input: { templateId, values } })
      expect(await render(mine.ids.MessageTemplate)).toEqual({ result: { text: 'Hi Zoë' } })
      expect(await render(foreign.ids.MessageTemplate)).toEqual({
        result: { code: 'TEMPLATE_NOT_FOUND' },
      })
    }
  })

  test('consent', async () => {
    for (const [mine, number] of [[acme, ava.number] as const, [other, ben.number] as const]) {
      expect(await consentOf(mine, { number, other: whoWantsNone })).toMatchObject({
        id: mine.ids.Consent,
      })
    }
    expect(await consentOf(other, { number: ava.number, other: whoWantsNone })).toBeNull()
  })

  test('call', async () => {
    const document = 'query ($id: ID!) { call(id: $id) { id } }'
    for (const [mine, foreign] of pairs()) {
      const call = { id: mine.ids.Call }
      expect(await mine.query(document, call)).toEqual({ call })
      expect(await mine.query(document, { id: foreign.ids.Call })).toEqual({ call: null })
    }
  })

  test('activeCalls', async () => {
    gateway.simulator.addCall({ from: stranger, to: ava.number, ringMs: 5_000 })
    gateway.simulator.addCall({ from: stranger, to: ben.number, ringMs: 5_000 })
    const document = '{ activeCalls { id to { number } } }'
    for (const [mine, number] of [[acme, ava.number] as const, [other, ben.number] as const]) {
      const live = await mine.waitFor(document, ({ activeCalls }) => activeCalls[0] && activeCalls)
      expect(live).toMatchObject([{ to: { number } }])
      expect(await notOf(mine, live)).toEqual([])
    }
  })

  const node = schema.getType('Node')
  const nodeTypes = schema.getPossibleTypes(node as never).map(({ name }) => name)
  test.each(nodeTypes)('I6: node: %s', async (kind) => {
    const document = 'query ($id: ID!) { node(id: $id) { __typename id } }'
    for (const [mine, foreign] of pairs()) {
      const id = mine.ids[kind]
      expect(await mine.query(document, { id })).toEqual({ node: { __typename: kind, id } })
      const unknown = await raw(mine, document, { id: createId(kind as IdKind) })
      expect(await raw(mine, document, { id: foreign.ids[kind] })).toBe(unknown)
      expect(unknown).toBe('{"data":{"node":null}}')
    }
  })
})

describe('C11: every subscription tells a tenant its own and nothing of another', () => {
  type Case = { document: string; telling: string }
  const args = '($after: String)'
  const cases: Record<string, Case> = {
    messageReceived: {
      document: `subscription ${args} { messageReceived(after: $after) { message { id } } }`,
      telling: 'received',
    },
    messageStatusChanged: {
      document: `subscription ${args} { messageStatusChanged(after: $after) { message { id } } }`,
      telling: 'Message',
    },
    messageChanged: {
      document: `subscription ${args} { messageChanged(after: $after) { message { id } } }`,
      telling: 'received',
    },
    conversationChanged: {
      document: `subscription ${args} { conversationChanged(after: $after) { conversation { id lastMessage { id } } } }`,
      telling: 'Conversation',
    },
    messageBatchChanged: {
      document: `subscription ${args} { messageBatchChanged(after: $after) { batch { id messages { nodes { id } } } } }`,
      telling: 'MessageBatch',
    },
    consentChanged: {
      document: `subscription ${args} { consentChanged(after: $after) { consent { id } } }`,
      telling: 'Consent',
    },
    extensionChanged: {
      document: `subscription ${args} { extensionChanged(after: $after) { extension { id } } }`,
      telling: 'Extension',
    },
    callChanged: {
      document: `subscription ${args} { callChanged(after: $after) { call { id } } }`,
      telling: 'Call',
    },
    presenceChanged: {
      document: `subscription ${args} { presenceChanged(after: $after) { extension { id } } }`,
      telling: 'Extension',
    },
  }

  test('no subscription is left out', () => {
    expect(Object.keys(cases).sort()).toEqual(fieldsOf(schema.getSubscriptionType()))
  })

  for (const [field, { document, telling }] of Object.entries(cases)) {
    test(`${field}, from the beginning`, async () => {
      for (const mine of [acme, other]) {
        const events = await mine.subscribe(document, { after: mine.firstCursor })
        await events.waitFor((data) => idsIn(data).includes(mine.ids[telling] ?? ''))
        expect(await notOf(mine, events.received)).toEqual([])
      }
    })
  }

  test('live, while the other one is busy', async () => {
    const document = 'subscription { messageReceived { message { id text } } }'
    const atAcme = await acme.subscribe(document)
    const atOther = await other.subscribe(document)
    for (const text of ['one', 'two', 'three']) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text: `${text} for Acme` })
      gateway.simulator.inbound({ from: stranger, to: ben.number, text: `${text} for Other` })
    }
    for (const [events, name] of [[atAcme, 'Acme'] as const, [atOther, 'Other'] as const]) {
      await events.waitFor(() => events.received.length === 3)
      const texts = events.received.map((data) => data.messageReceived.message.text)
      expect(texts.sort()).toEqual([`one for ${name}`, `three for ${name}`, `two for ${name}`])
    }
  })

  test('a cursor of another tenant opens nothing of theirs', async () => {
    const document = `subscription ${args} { messageReceived(after: $after) { message { id } } }`
    const theirs = await acme.query('{ status { cursor } }')
    const events = await other.subscribe(document, { after: theirs.status.cursor })
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'not for them' })
    await acme.waitFor(
      '{ messages(filter: { text: "not for them" }) { totalCount } }',
      ({ messages }) => messages.totalCount === 1,
    )
    expect(await notOf(other, events.received)).toEqual([])
  })
})

describe('an id of another tenant is no id at all', () => {
  /** What an id in this place names; of a plain `id` the field does not say, so all kinds are tried. */
  function kindsFor(name: string): string[] {
    const known: Record<string, string> = {
      batchId: 'MessageBatch',
      csvUploadId: 'Upload',
      attachments: 'Upload',
      templateId: 'MessageTemplate',
      upTo: 'received',
      from: 'Extension',
    }
    const kind = known[name] ?? `${name[0]?.toUpperCase()}${name.slice(1, -'Id'.length)}`
    return kind in acme.ids ? [kind] : Object.keys(acme.ids)
  }

  /** What else a call needs is the asking tenant's own, or anything of its type. */
  const own = (name: string, type: string) => {
    if (type === 'ID') return other.ids[kindsFor(name)[0] ?? '']
    if (type === 'DateTime') return inAnHour()
    if (type === 'Int' || type === 'Boolean') return type === 'Int' ? 1 : true
    return name === 'from' ? ben.number : stranger
  }

  test.each(['query', 'mutation'] as const)(
    'I1: to every %s it is answered as one that there never was',
    async (operation) => {
      const type = operation === 'query' ? schema.getQueryType() : schema.getMutationType()
      const paths = idPathsOf(type)
      expect(paths.length).toBeGreaterThan(15)
      for (const place of paths) {
        for (const kind of kindsFor(place.path.at(-1) ?? '')) {
          const theirs = acme.ids[kind] ?? ''
          const answerTo = async (id: string) => {
            const { document, variables } = callWith(operation, place, id, own)
            const answer = await raw(other, document, variables)
            return answer.replaceAll(id, 'the id')
          }
          const unknown = await answerTo(createId(kindOfId(theirs) ?? 'Message'))
          const where = `${place.field.name} ${place.path.join('.')}: ${kind}`
          expect([where, await answerTo(theirs)]).toEqual([where, unknown])
        }
      }
    },
  )

  test('C11: to every subscription it brings nothing, as one that there never was', async () => {
    const everything = await other.subscribe(
      'subscription { messageReceived { message { text } } }',
    )
    const narrowed = await Promise.all(
      idPathsOf(schema.getSubscriptionType()).flatMap((place) =>
        kindsFor(place.path.at(-1) ?? '').flatMap((kind) => {
          const theirs = acme.ids[kind] ?? ''
          return [theirs, createId(kindOfId(theirs) ?? 'Message')].map((id) => {
            const { document, variables } = callWith('subscription', place, id, own)
            return other.subscribe(document, variables)
          })
        }),
      ),
    )
    expect(narrowed.length).toBeGreaterThan(20)
    for (const number of [ava.number, ben.number]) {
      gateway.simulator.inbound({ from: stranger, to: number, text: 'Who may hear?' })
    }
    await waitForMessage(acme, ({ text }) => text === 'Who may hear?')
    await everything.waitFor(
      ({ messageReceived }) => messageReceived.message.text === 'Who may hear?',
    )
    for (const { received, failure } of narrowed)
      expect([received, failure]).toEqual([[], undefined])
  })
})

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

async function sendLater() {
  const { sendSms } = await acme.query(
    'mutation ($input: SendSmsInput!) { sendSms(input: $input) { ... on Message { id sendAt } } }',
    { input: { from: ava.number, to: [stranger], text: 'Later', sendAt: inAnHour() } },
  )
  return sendSms
}

describe('I1: no mutation reaches into another tenant', () => {
  /** What one tenant tries with what belongs to the other; run in this order. */
  const cases: Record<string, () => Promise<void>> = {
    async sendSms() {
      const input = { from: ava.number, to: [stranger], text: 'In their name', idempotencyKey: 'k' }
      expect(await send(other, input)).toMatchObject({ code: 'NUMBER_NOT_FOUND' })
      // The same key of two tenants names two messages.
      const first = await send(acme, { ...input, text: 'Hello' })
      const second = await send(other, { ...input, from: ben.number, text: 'Hello' })
      expect(second.id).toMatch(/^msg_/)
      expect(second.id).not.toBe(first.id)
      expect(gateway.simulator.outbox().map(({ text }) => text)).not.toContain('In their name')
    },
    async sendSmsBatch() {
      const recipients = [{ to: '+13035550178' }]
      const input = { from: [ben.number], text: 'Hi', idempotencyKey: 'b' }
      expect(await sendBatch(other, { ...input, from: [ava.number], recipients })).toMatchObject({
        code: 'NUMBER_NOT_FOUND',
      })
      const csvUploadId = await uploaded(acme)
      expect(await sendBatch(other, { ...input, csvUploadId })).toMatchObject({
        code: 'UPLOAD_NOT_READY',
      })
      const templateId = acme.ids.MessageTemplate
      expect(
        await sendBatch(other, { ...input, text: null, templateId, recipients }),
      ).toMatchObject({ code: 'TEMPLATE_NOT_FOUND' })
      const mine = await sendBatch(acme, { ...input, from: [ava.number], recipients })
      const theirs = await sendBatch(other, { ...input, recipients })
      expect(theirs.id).not.toBe(mine.id)
    },
    ...Object.fromEntries(
      (['pauseBatch', 'resumeBatch', 'cancelBatch'] as const).map((how) => [
        how,
        async () => {
          for (const id of [acme.ids.MessageBatch ?? '', createId('MessageBatch')]) {
            expect(await changeBatch(other, how, id)).toMatchObject({ code: 'BATCH_NOT_FOUND' })
          }
        },
      ]),
    ),
    async createUpload() {
      const theirs = await uploaded(acme)
      const input = { from: ben.number, to: [stranger], text: '', attachments: [theirs] }
      for (const unknown of [theirs, createId('Upload')]) {
        expect(await send(other, { ...input, attachments: [unknown] })).toMatchObject({
          code: 'ATTACHMENT_NOT_USABLE',
          reason: 'NOT_FOUND',
        })
      }
      const own = await send(other, { ...input, attachments: [await uploaded(other)] })
      expect(own.id).toMatch(/^msg_/)
    },
    async sendInternalMessage() {
      // The same key of two tenants names two messages, and an extension of the other one names nobody.
      const input = { to: ['103'], text: 'In their name', idempotencyKey: 'i' }
      for (const from of [acme.ids.Extension, createId('Extension'), ava.extensionId]) {
        expect(await write(other, { ...input, from })).toMatchObject({
          code: 'EXTENSION_NOT_FOUND',
        })
      }
      const own = { ...input, from: other.ids.Extension, text: 'Hello' }
      expect(await write(other, { ...own, to: [acme.ids.Extension] })).toMatchObject({
        code: 'RECIPIENT_NOT_FOUND',
      })
      const first = await write(acme, { ...own, from: acme.ids.Extension })
      const second = await write(other, own)
      expect(second.id).toMatch(/^msg_/)
      expect(second.id).not.toBe(first.id)
    },
    async discoverPhoneNumbers() {
      const document =
        'mutation ($input: DiscoverPhoneNumbersInput!) { discoverPhoneNumbers(input: $input) { ... on Extension { id } ... on Error { code } } }'
      const refused = { discoverPhoneNumbers: { code: 'EXTENSION_NOT_FOUND' } }
      for (const extensionId of [acme.ids.Extension, createId('Extension')]) {
        expect(await other.query(document, { input: { extensionId } })).toEqual(refused)
      }
    },
    async updateExtension() {
      const document =
        'mutation ($input: UpdateExtensionInput!) { updateExtension(input: $input) { ... on Extension { id } ... on Error { code } } }'
      const written = () => asked(gateway, '/restapi/v1.0/account/~/extension/~', 'PUT').length
      for (const extensionId of [acme.ids.Extension, createId('Extension'), ava.extensionId]) {
        expect(await other.query(document, { input: { extensionId, jobTitle: 'X' } })).toEqual({
          updateExtension: { code: 'EXTENSION_NOT_FOUND' },
        })
      }
      expect(written()).toBe(0)
      const own = { input: { extensionId: other.ids.Extension, jobTitle: 'X' } }
      expect(await other.query(document, own)).toEqual({
        updateExtension: { id: other.ids.Extension },
      })
    },
    async syncMessages() {
      const document =
        'mutation ($input: SyncMessagesInput!) { syncMessages(input: $input) { ... on Extension { id } ... on Error { code } } }'
      const syncs = () => asked(gateway, syncPath, 'GET').length
      const before = syncs()
      for (const extensionId of [acme.ids.Extension, createId('Extension'), ava.extensionId]) {
        expect(await other.query(document, { input: { extensionId } })).toEqual({
          syncMessages: { code: 'EXTENSION_NOT_FOUND' },
        })
      }
      const own = { input: { extensionId: other.ids.Extension } }
      expect(await other.query(document, own)).toEqual({
        syncMessages: { id: other.ids.Extension },
      })
      await expect.poll(syncs, { timeout: 5_000 }).toBeGreaterThan(before)
    },
    markConversationRead: () => conversationOfOther('markConversationRead'),
    markConversationUnread: () => conversationOfOther('markConversationUnread'),
    archiveConversation: () => conversationOfOther('archiveConversation'),
    unarchiveConversation: () => conversationOfOther('unarchiveConversation'),
    assignConversation: () => conversationOfOther('assignConversation', { userId: 'u' }),
    async importHistory() {
      const document =
        'mutation ($input: ImportHistoryInput!) { importHistory(input: $input) { ... on Extension { id } ... on Error { code } } }'
      const since = new Date(Date.now() - 3_600_000)
      for (const extensionId of [acme.ids.Extension, createId('Extension'), ava.extensionId]) {
        expect(await other.query(document, { input: { extensionId, since } })).toEqual({
          importHistory: { code: 'EXTENSION_NOT_FOUND' },
        })
      }
      const own = { extensionId: other.ids.Extension, since }
      expect(await other.query(document, { input: own })).toEqual({
        importHistory: { id: other.ids.Extension },
      })
    },
    async mapUser() {
      // The same names of two tenants are two mappings, and an id of the other one names nothing.
      expect(await mapUser(other, 'crm-2', cleo.extensionId)).toMatchObject({
        id: expect.anything(),
      })
      expect(await mapUser(acme, 'crm-2', cleo.extensionId)).toMatchObject({
        id: expect.anything(),
      })
      expect(await mapUser(other, 'crm-3', acme.ids.Extension ?? '')).toEqual({
        code: 'EXTENSION_NOT_FOUND',
      })
    },
    async createContact() {
      const document =
        'mutation ($input: CreateContactInput!) { createContact(input: $input) { ... on Contact { id } ... on Error { code } } }'
      for (const extensionId of [acme.ids.Extension, createId('Extension'), ava.extensionId]) {
        expect(await other.query(document, { input: { extensionId, firstName: 'X' } })).toEqual({
          createContact: { code: 'EXTENSION_NOT_FOUND' },
        })
      }
    },
    async createMessageTemplate() {
      // The same name of two tenants is two templates.
      expect(await makeTemplate(other, 'Farewell')).toEqual({ id: expect.anything() })
      expect(await makeTemplate(acme, 'Farewell')).toEqual({ id: expect.anything() })
    },
    updateMessageTemplate: () => templateOfOther('updateMessageTemplate', { text: 'Mine' }),
    deleteMessageTemplate: () => templateOfOther('deleteMessageTemplate', {}),
    updateContact: () => contactOfOther('updateContact', { notes: 'Mine' }),
    deleteContact: () => contactOfOther('deleteContact', {}),
    async setPresence() {
      const document =
        'mutation ($input: SetPresenceInput!) { setPresence(input: $input) { ... on Presence { availability } ... on Error { code } } }'
      const presences = () =>
        asked(gateway, '/restapi/v1.0/account/~/extension/~/presence', 'PUT').length
      for (const extensionId of [acme.ids.Extension, createId('Extension'), ava.extensionId]) {
        expect(await other.query(document, { input: { extensionId, userStatus: 'BUSY' } })).toEqual(
          { setPresence: { code: 'EXTENSION_NOT_FOUND' } },
        )
      }
      expect(presences()).toBe(0)
      const input = { extensionId: other.ids.Extension, userStatus: 'BUSY' }
      expect(await other.query(document, { input })).toEqual({
        setPresence: { availability: 'BUSY' },
      })
    },
    async setRingCentralApp() {
      const app = { clientId: 'app-of-other', clientSecret: 'its-secret' }
      gateway.simulator.registerApp(app)
      const document =
        'mutation ($input: SetRingCentralAppInput!) { app: setRingCentralApp(input: $input) { ... on RingCentralApp { isOwn } } }'
      const input = { ...app, serverUrl: gateway.simulator.url }
      expect(await other.query(document, { input })).toEqual({ app: { isOwn: true } })
      const isOwn = '{ status { app { isOwn } } }'
      expect(await other.query(isOwn)).toEqual({ status: { app: { isOwn: true } } })
      expect(await acme.query(isOwn)).toEqual({ status: { app: { isOwn: false } } })
    },
    async removeRingCentralApp() {
      const document =
        'mutation { app: removeRingCentralApp { ... on RingCentralApp { isOwn } ... on Error { code } } }'
      expect(await acme.query(document)).toEqual({ app: { code: 'NO_RINGCENTRAL_APP' } })
      expect(await other.query(document)).toEqual({ app: { isOwn: false } })
    },
    async updateSettings() {
      const document =
        'mutation ($input: SetPresenceInput!) { setPresence(input: $input) { ... on Presence { availability } ... on Error { code } } }'
      const set = (tenant: Tenant) =>
        tenant.query(document, {
          input: { extensionId: tenant.ids.Extension, userStatus: 'AVAILABLE' },
        })
      await change(other, { disable: ['PRESENCE'] })
      expect(await set(other)).toEqual({ setPresence: { code: 'FEATURE_DISABLED' } })
      expect(await set(acme)).toEqual({ setPresence: { availability: expect.any(String) } })
      await change(other, { enable: ['PRESENCE'] })
    },
    async unmapUser() {
      const document =
        'mutation { unmapUser(input: { userId: "crm-2" }) { ... on UserMapping { extensionId } ... on Error { code } } }'
      expect(await other.query(document)).toEqual({
        unmapUser: { extensionId: cleo.extensionId },
      })
      expect(await other.query(document)).toEqual({ unmapUser: { code: 'USER_NOT_MAPPED' } })
      const { userMappings } = await acme.query('{ userMappings { nodes { userId } } }')
      expect(userMappings.nodes).toContainEqual({ userId: 'crm-2' })
    },
    async setConsent() {
      const input = { number: ava.number, other: whoWantsNone, status: 'OPTED_IN' }
      expect(await setConsent(other, input)).toMatchObject({ code: 'NUMBER_NOT_FOUND' })
      const { status } = await consentOf(acme, { number: ava.number, other: whoWantsNone })
      expect(status).toBe('OPTED_OUT')
    },
    async cancelMessage() {
      const document =
        'mutation ($input: CancelMessageInput!) { cancelMessage(input: $input) { ... on MessageCancellation { outcome } ... on Error { code } } }'
      const { id: messageId } = await sendLater()
      const input = { messageId }
      expect(await other.query(document, { input })).toEqual({
        cancelMessage: { code: 'MESSAGE_NOT_FOUND' },
      })
      await waitForStatus(acme, messageId, 'SCHEDULED')
      expect(await acme.query(document, { input })).toEqual({
        cancelMessage: { outcome: 'CANCELED' },
      })
    },
    async rescheduleMessage() {
      const document =
        'mutation ($input: RescheduleMessageInput!) { rescheduleMessage(input: $input) { ... on Message { sendAt } ... on Error { code } } }'
      const { id: messageId, sendAt } = await sendLater()
      const theirs = { messageId, sendAt: inAnHour() }
      expect(await other.query(document, { input: theirs })).toEqual({
        rescheduleMessage: { code: 'MESSAGE_NOT_FOUND' },
      })
      const { message } = await acme.query(`{ message(id: "${messageId}") { sendAt } }`)
      expect(message).toEqual({ sendAt })
      const input = { messageId, sendAt: inAnHour() }
      expect(await acme.query(document, { input })).toEqual({
        rescheduleMessage: { sendAt: input.sendAt },
      })
    },
    async resolveUnconfirmed() {
      const document =
        'mutation ($input: ResolveUnconfirmedInput!) { resolveUnconfirmed(input: $input) { ... on Message { id } ... on Error { code } } }'
      const messageId = acme.ids.Message ?? ''
      await gateway.db.message.update({ where: { id: messageId }, data: { status: 'UNCONFIRMED' } })
      const sent = gateway.simulator.outbox().length
      for (const resolution of ['RESEND', 'GIVE_UP']) {
        for (const id of [messageId, createId('Message')]) {
          const input = { messageId: id, resolution }
          expect(await other.query(document, { input })).toEqual({
            resolveUnconfirmed: { code: 'MESSAGE_NOT_FOUND' },
          })
        }
      }
      const untouched = await gateway.db.message.findUniqueOrThrow({ where: { id: messageId } })
      expect(untouched).toMatchObject({ status: 'UNCONFIRMED', resolution: null })
      const input = { messageId, resolution: 'GIVE_UP' }
      expect(await acme.query(document, { input })).toEqual({
        resolveUnconfirmed: { id: messageId },
      })
      expect(gateway.simulator.outbox()).toHaveLength(sent)
    },
    async startCall() {
      const document =
        'mutation ($input: StartCallInput!) { startCall(input: $input) { ... on Call { id } ... on Error { code } } }'
      const start = (tenant: Tenant, from: string) =>
        tenant.query(document, { input: { from, to: stranger, idempotencyKey: 'c' } })
      expect(await start(other, ava.number)).toEqual({ startCall: { code: 'NUMBER_NOT_FOUND' } })
      const first = await start(acme, ava.number)
      const second = await start(other, ben.number)
      expect(first.startCall.id).toMatch(/^call_/)
      expect(second.startCall.id).toMatch(/^call_/)
      expect(second).not.toEqual(first)
    },
    cancelCall: () => callsOfOthers('cancelCall'),
    hangUp: () => callsOfOthers('hangUp'),
    hold: () => callsOfOthers('hold'),
    unhold: () => callsOfOthers('unhold'),
    mute: () => callsOfOthers('mute'),
    unmute: () => callsOfOthers('unmute'),
    transferCall: () => callsOfOthers('transferCall', { phoneNumber: '+13105550188' }),
    async createClientToken() {
      const scopes = ['messages:read']
      for (const extensionId of [acme.ids.Extension, createId('Extension'), ava.extensionId]) {
        expect(await mint(other, { scopes, extensionIds: [extensionId] })).toEqual({
          code: 'EXTENSION_NOT_FOUND',
        })
      }
      for (const number of [ava.number, stranger]) {
        expect(await mint(other, { scopes, numbers: [number] })).toEqual({
          code: 'NUMBER_NOT_FOUND',
        })
      }
      const { token } = await mint(other, { scopes })
      const { messages } = await createClient(gateway.url, token).query(
        '{ messages { nodes { id } } }',
      )
      expect(await notOf(other, messages)).toEqual([])
    },
    async revokeClientToken() {
      const { id, token } = await mint(acme, { scopes: ['messages:read'] })
      const revoke = (as: Tenant, one: string) =>
        as.query(
          'mutation ($id: ID!) { revokeClientToken(input: { id: $id }) { ... on RevokedClientToken { id } ... on Error { code } } }',
          { id: one },
        )
      for (const one of [id, createId('ClientToken')]) {
        expect(await revoke(other, one)).toEqual({
          revokeClientToken: { code: 'CLIENT_TOKEN_NOT_FOUND' },
        })
      }
      expect(await createClient(gateway.url, token).query('{ __typename }')).toBeTruthy()
      expect(await revoke(acme, id)).toEqual({ revokeClientToken: { id } })
    },
    async revokeClientTokens() {
      const { token } = await mint(acme, { scopes: ['messages:read'] })
      for (const apiKeyId of [acme.apiKeyId, createId('ApiKey')]) {
        const document =
          'mutation ($id: ID!) { revokeClientTokens(input: { apiKeyId: $id }) { ... on Error { code } } }'
        expect(await other.query(document, { id: apiKeyId })).toEqual({
          revokeClientTokens: { code: 'API_KEY_NOT_FOUND' },
        })
      }
      await other.query('mutation { revokeClientTokens { __typename } }')
      expect(await createClient(gateway.url, token).query('{ __typename }')).toBeTruthy()
    },
    createConnectToken: () => linkOf('createConnectToken'),
    createInviteToken: () => linkOf('createInviteToken'),
    async disconnect() {
      const { disconnect } = await other.query(
        'mutation { disconnect { ... on Disconnected { extensions { id } } } }',
      )
      expect(idsIn(disconnect)).toContain(other.ids.Extension)
      expect(idsIn(disconnect)).not.toContain(acme.ids.Extension)
      const { extensions } = await acme.query('{ extensions { nodes { id status } } }')
      expect(extensions.nodes).toEqual([{ id: acme.ids.Extension, status: 'ACTIVE' }])
      await waitForStatus(
        acme,
        (await send(acme, { from: ava.number, to: [stranger], text: 'Still here' })).id,
        'DELIVERED',
      )
    },
    createTenant: () => operatorOnly('createTenant', 'CreateTenantInput', { name: 'Mine' }),
    async createApiKey() {
      const document =
        'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on IssuedApiKey { apiKey { id } } ... on Error { code } } }'
      const input = { name: 'mine', scopes: ['messages:read'] }
      for (const tenantId of [acme.id, createId('Tenant')]) {
        expect(await other.query(document, { input: { ...input, tenantId } })).toEqual({
          createApiKey: { code: 'TENANT_NOT_FOUND' },
        })
      }
      const { createApiKey } = await other.query(document, { input })
      const { apiKeys } = await acme.query('{ apiKeys { nodes { id } } }')
      expect(apiKeys.nodes).toEqual([{ id: acme.apiKeyId }])
      expect(idsIn(await other.query('{ apiKeys { nodes { id } } }'))).toContain(
        createApiKey.apiKey.id,
      )
    },
    rotateApiKey: () => keyOfOther('rotateApiKey'),
    revokeApiKey: () => keyOfOther('revokeApiKey'),
    suspendTenant: () => operatorOnly('suspendTenant', 'SuspendTenantInput', { tenantId: acme.id }),
    resumeTenant: () => operatorOnly('resumeTenant', 'ResumeTenantInput', { tenantId: acme.id }),
    deleteTenant: () => operatorOnly('deleteTenant', 'DeleteTenantInput', { tenantId: acme.id }),
  }

  test('no mutation is left out', () => {
    expect(Object.keys(cases).sort()).toEqual(fieldsOf(schema.getMutationType()))
  })

  const { sendSms, ...others } = cases
  test('I4: sendSms, with an idempotency key that both use', () => sendSms?.())
  for (const [field, attempt] of Object.entries(others)) test(field, attempt)

  /** A call that goes on is, to another tenant, no call at all. */
  async function callsOfOthers(mutation: string, more: object = {}) {
    const [{ telephonySessionId = '' } = {}] = gateway.simulator.addCall({
      from: stranger,
      to: ava.number,
      talkMs: 20_000,
    })
    const { id } = await acme.waitFor(
      '{ activeCalls { id status telephonySessionId } }',
      ({ activeCalls }) =>
        activeCalls.find(
          (call: any) =>
            call.telephonySessionId === telephonySessionId && call.status === 'ANSWERED',
        ),
    )
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
    const document = `mutation ($input: ${type}!) { result: ${mutation}(input: $input) { ... on Call { id } ... on Error { code } } }`
    const before = gateway.simulator.ledger().filter(({ path }) => path.includes('/telephony/'))
    for (const callId of [id, createId('Call')]) {
      const input = { callId, ...more }
      expect(await other.query(document, { input })).toEqual({ result: { code: 'CALL_NOT_FOUND' } })
    }
    const after = gateway.simulator.ledger().filter(({ path }) => path.includes('/telephony/'))
    expect(after).toHaveLength(before.length)
    const own = await acme.query(document, { input: { callId: id, ...more } })
    const expected = mutation === 'cancelCall' ? { code: 'CALL_NOT_RINGING' } : { id }
    expect(own).toEqual({ result: expected })
  }

  async function conversationOfOther(mutation: string, change: object = {}) {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ... on Conversation { id } ... on Error { code } } }`
    const row = () =>
      gateway.db.conversation.findUnique({ where: { id: acme.ids.Conversation ?? '' } })
    const before = await row()
    for (const conversationId of [acme.ids.Conversation, createId('Conversation')]) {
      expect(await other.query(document, { input: { conversationId, ...change } })).toEqual({
        [mutation]: { code: 'CONVERSATION_NOT_FOUND' },
      })
    }
    expect(await row()).toEqual(before)
    const conversationId = other.ids.Conversation
    expect(await other.query(document, { input: { conversationId, ...change } })).toEqual({
      [mutation]: { id: conversationId },
    })
  }

  async function keyOfOther(mutation: string) {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on Error { code } } }`
    for (const apiKeyId of [acme.apiKeyId, createId('ApiKey')]) {
      expect(await other.query(document, { input: { apiKeyId } })).toEqual({
        [mutation]: { __typename: 'ApiKeyNotFoundError', code: 'API_KEY_NOT_FOUND' },
      })
    }
    const untouched = { revokedAt: null, replacedById: null, expiresAt: null }
    expect(await gateway.db.apiKey.findUnique({ where: { id: acme.apiKeyId } })).toMatchObject(
      untouched,
    )
  }

  async function contactOfOther(mutation: string, change: object) {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ... on Contact { id } ... on Error { code } } }`
    for (const id of [acme.ids.Contact, createId('Contact')]) {
      expect(await other.query(document, { input: { id, ...change } })).toEqual({
        [mutation]: { code: 'CONTACT_NOT_FOUND' },
      })
    }
    const { contacts } = await acme.query('{ contacts { nodes { id notes } } }')
    expect(contacts.nodes).toEqual([{ id: acme.ids.Contact, notes: null }])
  }

  async function templateOfOther(mutation: string, change: object) {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { ... on MessageTemplate { id } ... on Error { code } } }`
    for (const id of [acme.ids.MessageTemplate, createId('MessageTemplate')]) {
      expect(await other.query(document, { input: { id, ...change } })).toEqual({
        [mutation]: { code: 'TEMPLATE_NOT_FOUND' },
      })
    }
    const { messageTemplates } = await acme.query(
      '{ messageTemplates(filter: { search: "greeting" }) { nodes { id text } } }',
    )
    expect(messageTemplates.nodes).toEqual([{ id: acme.ids.MessageTemplate, text: 'Hi {{name}}' }])
  }

  async function linkOf(mutation: string) {
    const document = `mutation { ${mutation} { ... on ConnectToken { connectUrl } } }`
    await allowAtRingCentral((await other.query(document))[mutation].connectUrl, cleo.extensionId)
    const list = '{ extensions { nodes { extensionId } } }'
    expect(JSON.stringify(await other.query(list))).toContain(cleo.extensionId)
    expect(JSON.stringify(await acme.query(list))).not.toContain(cleo.extensionId)
  }

  async function operatorOnly(mutation: string, type: string, input: object) {
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename } }`
    const [error] = await other.errors(document, { input })
    expect(error.extensions.code).toBe('FORBIDDEN')
    expect(await acme.query('{ status { connected } }')).toEqual({ status: { connected: true } })
  }
})

function pairs(): [Tenant, Tenant][] {
  return [
    [acme, other],
    [other, acme],
  ]
}

function fieldsOf(type: GraphQLObjectType | null | undefined): string[] {
  return Object.keys(type?.getFields() ?? {}).sort()
}

/** All ids of ours in an answer, wherever they stand. */
function idsIn(answer: unknown): string[] {
  return JSON.stringify(answer).match(/\b[a-z]+_[0-9a-z]{26}\b/g) ?? []
}

/** The ids in an answer that are somebody else's: the database knows whose they are. */
async function notOf(tenant: Tenant, answer: unknown): Promise<string[]> {
  const rows = await gateway.db.$queryRaw<{ id: string }[]>`
    SELECT id FROM (
      SELECT id, "tenantId" FROM "Message" UNION ALL SELECT id, "tenantId" FROM "Extension"
      UNION ALL SELECT id, "tenantId" FROM "PhoneNumber" UNION ALL SELECT id, "tenantId" FROM "Call"
      UNION ALL SELECT id, "tenantId" FROM "DirectoryEntry" UNION ALL SELECT id, "tenantId" FROM "UserMapping"
      UNION ALL SELECT id, "tenantId" FROM "Upload" UNION ALL SELECT id, "tenantId" FROM "MessageBatch"
      UNION ALL SELECT id, "tenantId" FROM "Contact" UNION ALL SELECT id, "tenantId" FROM "MessageTemplate"
      UNION ALL SELECT id, "tenantId" FROM "ApiKey" UNION ALL SELECT id, "tenantId" FROM "AuditEntry"
    ) AS things
    WHERE id = ANY(${idsIn(answer)}) AND "tenantId" <> ${tenant.id}`
  return rows.map(({ id }) => id)
}

/** The answer to the letter. */
async function raw(tenant: Tenant, query: string, variables: object): Promise<string> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tenant.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  // What a key has left of its own budget tells nothing about anybody else.
  const { extensions, ...answer } = (await response.json()) as Record<string, any>
  expect(Object.keys(extensions ?? {})).toEqual(['cost'])
  return JSON.stringify(answer)
}
