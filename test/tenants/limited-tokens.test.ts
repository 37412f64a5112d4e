import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createId, type IdKind } from '../../src/lib/ids.ts'
import { schema } from '../../src/schema.ts'
import { neverInTokens } from '../../src/tenants/client-tokens.ts'
import { allScopes } from '../../src/tenants/scopes.ts'
import { asked } from '../support/asked.ts'
import { browserOf } from '../support/client-tokens.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'

type Browser = Awaited<ReturnType<typeof browserOf>>
/** `Sent`: the message that went out; `Message`: the one that came in. */
type Ids = Record<
  'Extension' | 'PhoneNumber' | 'Message' | 'Sent' | 'Conversation' | 'Call',
  string
>

let gateway: Gateway
let tenant: TestTenant
/** What belongs to each of the two extensions of one tenant. */
let hers: Ids
let his: Ids
/** Limited to Ava: as an extension, and by her number alone. */
let limited: Browser
let byNumber: Browser
let firstCursor: string

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  tenant = await gateway.createTenant()
  firstCursor = (await tenant.query('{ status { cursor } }')).status.cursor
  // His comes before hers: what is heard of hers has passed all that is his.
  his = await settle(ben)
  hers = await settle(ava)
  const scopes = allScopes.filter((scope) => !neverInTokens.includes(scope))
  await gateway.db.apiKey.update({
    where: { id: tenant.apiKeyId },
    data: { scopes: [...allScopes] },
  })
  limited = await browserOf(gateway.url, tenant, { scopes, extensionIds: [ava.extensionId] })
  byNumber = await browserOf(gateway.url, tenant, { scopes, numbers: [ava.number] })
})
afterAll(() => gateway.stop())

/** Connects somebody, has a text go out and one come in, and a call. */
async function settle(person: typeof ava): Promise<Ids> {
  const { id: extension } = await tenant.connect(person)
  const { number } = person
  const sent = await send(tenant, { from: number, to: [stranger], text: 'Hello' })
  await waitForStatus(tenant, sent.id, 'DELIVERED')
  gateway.simulator.inbound({ from: stranger, to: number, text: 'Hello you' })
  gateway.simulator.addCall({ from: stranger, to: number })
  const found = await tenant.waitFor(
    `{
      messages(filter: { number: "${number}", direction: INBOUND }) { nodes { id conversation { id } } }
      callLogs(filter: { number: "${number}" }) { nodes { id } }
      phoneNumbers { nodes { id phoneNumber } }
    }`,
    ({ messages, callLogs, phoneNumbers }) =>
      messages.nodes[0]?.conversation &&
      callLogs.nodes[0] && {
        Message: messages.nodes[0].id,
        Conversation: messages.nodes[0].conversation.id,
        Call: callLogs.nodes[0].id,
        PhoneNumber: phoneNumbers.nodes.find((one: any) => one.phoneNumber === number).id,
      },
  )
  // So that there is news of a message besides its status.
  await tenant.query(
    'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { __typename } }',
    { id: found.Conversation },
  )
  return { Extension: extension, Sent: sent.id, ...found }
}

const idsIn = (answer: unknown): string[] =>
  JSON.stringify(answer).match(/\b(ext|num|msg|cnv|call)_[0-9a-z]{26}\b/g) ?? []

/** A list has hers and nothing of his; by number as well, but for extensions. */
const list = (field: string, kind: keyof Ids) => async () => {
  for (const browser of kind === 'Extension' ? [limited] : [limited, byNumber]) {
    const answer = await browser.query(`{ ${field} { totalCount nodes { id } } }`)
    expect(idsIn(answer)).toContain(hers[kind])
    expect(idsIn(answer)).not.toContain(his[kind])
    expect(answer[field].totalCount).toBe(answer[field].nodes.length)
  }
}

/** By its id hers is there; his is what an id of nothing is. */
const one = (field: string, kind: keyof Ids) => async () => {
  const document = `query ($id: ID!) { ${field}(id: $id) { id } }`
  const ask = (id: string) => limited.query(document, { id })
  expect(await ask(hers[kind])).toEqual({ [field]: { id: hers[kind] } })
  expect(await ask(his[kind])).toEqual({ [field]: null })
  expect(await ask(createId(kind as IdKind))).toEqual({ [field]: null })
}

/** A change of what is hers is looked at; of his it answers as of nothing, and nothing is done. */
const change =
  (mutation: string, name: string, kind: 'Sent' | 'Conversation', more: object = {}) =>
  async () => {
    const type = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input`
    const document = `mutation ($input: ${type}!) { ${mutation}(input: $input) { __typename ... on Error { code } } }`
    const ask = async (id: string) =>
      (await limited.query(document, { input: { [name]: id, ...more } }))[mutation]
    const rows = () =>
      Promise.all([
        gateway.db.message.findUnique({ where: { id: his.Sent } }),
        gateway.db.conversation.findUnique({ where: { id: his.Conversation } }),
      ])
    const before = await rows()
    const nothing = await ask(createId(kind === 'Sent' ? 'Message' : kind))
    expect(nothing.code).toMatch(/_NOT_FOUND$/)
    expect(await ask(his[kind])).toEqual(nothing)
    expect(await rows()).toEqual(before)
    expect((await ask(hers[kind])).code).not.toBe(nothing.code)
  }

/** From the beginning of the log: hers has come when all of his has been passed over. */
const heard = (field: string, subject: string, kind: keyof Ids) => async () => {
  for (const browser of kind === 'Extension' ? [limited] : [limited, byNumber]) {
    const live = await browser.subscribe(
      `subscription ($after: String) { ${field}(after: $after) { ${subject} { id } } }`,
      { after: firstCursor },
    )
    await live.waitFor((event) => idsIn(event).includes(hers[kind]))
    expect(live.failure).toBeUndefined()
    expect(idsIn(live.received)).not.toContain(his[kind])
    live.stop()
  }
}

const text = <From extends object>(from: From) => ({ ...from, to: [stranger], text: 'Mine?' })

/** How each root field that takes such a token narrows. All others refuse it. */
const narrowed: Record<string, () => Promise<void>> = {
  extensions: list('extensions', 'Extension'),
  phoneNumbers: list('phoneNumbers', 'PhoneNumber'),
  messages: list('messages', 'Message'),
  conversations: list('conversations', 'Conversation'),
  callLogs: list('callLogs', 'Call'),
  message: one('message', 'Message'),
  conversation: one('conversation', 'Conversation'),
  call: one('call', 'Call'),
  async node() {
    for (const kind of ['Extension', 'PhoneNumber', 'Message', 'Conversation', 'Call'] as const) {
      await one('node', kind)()
    }
  },
  async activeCalls() {
    const numbers = [ben.number, ava.number]
    for (const to of numbers) gateway.simulator.addCall({ from: stranger, to, talkMs: 60_000 })
    await tenant.waitFor('{ activeCalls { id } }', ({ activeCalls }) => activeCalls.length === 2)
    for (const browser of [limited, byNumber]) {
      const { activeCalls } = await browser.query('{ activeCalls { to { number } } }')
      expect(activeCalls).toEqual([{ to: { number: ava.number } }])
    }
  },
  async messagePreflight() {
    const document = `query ($input: SendSmsInput!) {
      messagePreflight(input: $input) { canSend phoneNumber { id } problems { code } }
    }`
    const ask = async (from: string) =>
      (await limited.query(document, { input: text({ from }) })).messagePreflight
    expect(await ask(ava.number)).toMatchObject({ canSend: true })
    const nothing = { canSend: false, phoneNumber: null, problems: [{ code: 'NUMBER_NOT_FOUND' }] }
    expect(await ask(ben.number)).toEqual(nothing)
    expect(await ask('+12025550199')).toEqual(nothing)
  },
  async sendSms() {
    await tenant.query(
      'mutation ($input: MapUserInput!) { mapUser(input: $input) { __typename } }',
      { input: { userId: 'ben', extensionId: ben.extensionId } },
    )
    const document =
      'mutation ($input: SendSmsInput!) { sendSms(input: $input) { ... on Message { from } ... on Error { code } } }'
    const count = () => gateway.db.message.count({ where: { from: ben.number } })
    const before = await count()
    for (const browser of [limited, byNumber]) {
      const ask = async (from: object) =>
        (await browser.query(document, { input: text(from) })).sendSms
      expect(await ask({ from: ava.number })).toEqual({ from: ava.number })
      expect(await ask({ from: ben.number })).toEqual({ code: 'NUMBER_NOT_FOUND' })
      for (const userId of ['ben', 'nobody']) {
        expect(await ask({ userId })).toEqual({ code: 'USER_NOT_MAPPED' })
      }
    }
    // A key that another's text was sent with is used, and whose text that is remains untold.
    const idempotencyKey = 'told to nobody'
    const sent = await send(tenant, { ...text({ from: ben.number }), idempotencyKey })
    for (const browser of [limited, byNumber]) {
      const mine = { ...text({ from: ava.number }), idempotencyKey }
      const refused = await send(browser, mine)
      expect(refused).toMatchObject({ code: 'INVALID_INPUT' })
      expect(JSON.stringify(refused)).not.toContain(sent.id)
      const { messagePreflight } = await browser.query(
        'query ($input: SendSmsInput!) { messagePreflight(input: $input) { problems { code message } } }',
        { input: mine },
      )
      expect(messagePreflight.problems).toMatchObject([{ code: 'INVALID_INPUT' }])
      expect(JSON.stringify(messagePreflight)).not.toContain(sent.id)
    }
    const hers = { ...text({ from: ava.number }), idempotencyKey: 'told to her' }
    const { id: messageId } = await send(limited, hers)
    expect(await send(limited, { ...hers, text: 'Another' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_MISMATCH',
      messageId,
    })
    expect(await count()).toBe(before + 1)
  },
  cancelMessage: change('cancelMessage', 'messageId', 'Sent'),
  rescheduleMessage: change('rescheduleMessage', 'messageId', 'Sent', {
    sendAt: new Date(Date.now() + 3_600_000),
  }),
  markConversationRead: change('markConversationRead', 'conversationId', 'Conversation'),
  markConversationUnread: change('markConversationUnread', 'conversationId', 'Conversation'),
  archiveConversation: change('archiveConversation', 'conversationId', 'Conversation'),
  unarchiveConversation: change('unarchiveConversation', 'conversationId', 'Conversation'),
  assignConversation: change('assignConversation', 'conversationId', 'Conversation', {
    userId: 'ava',
  }),
  messageReceived: heard('messageReceived', 'message', 'Message'),
  messageStatusChanged: heard('messageStatusChanged', 'message', 'Sent'),
  messageChanged: heard('messageChanged', 'message', 'Message'),
  conversationChanged: heard('conversationChanged', 'conversation', 'Conversation'),
  callChanged: heard('callChanged', 'call', 'Call'),
  extensionChanged: heard('extensionChanged', 'extension', 'Extension'),
}

describe('a client token that is limited to an extension, or to a number', () => {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const
  for (const [kind, type] of roots) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const narrows = narrowed[field.name]
      test(`${field.name} ${narrows ? 'has what is within' : 'is refused'}`, async () => {
        if (narrows) return narrows()
        const document = `${kind} { ${asked(field)} }`
        const [error] =
          kind === 'subscription' ? await refusalOf(document) : await limited.errors(document)
        expect(error.extensions.code).toBe('FORBIDDEN')
        const isForNoToken = ['operator', ...neverInTokens].some((one) =>
          error.message.includes(one),
        )
        expect(isForNoToken || error.message.includes(`limited to ${hers.Extension}`)).toBe(true)
      })
    }
  }

  test('sees nothing beyond, wherever a query wanders', async () => {
    const { message } = await limited.query(
      'query ($id: ID!) { message(id: $id) { extension { id phoneNumbers { id } } conversation { messages { nodes { id } } } } }',
      { id: hers.Message },
    )
    expect(idsIn(message)).toContain(hers.PhoneNumber)
    // A number alone does not tell whose it is.
    const [error] = await byNumber.errors('{ messages { nodes { extension { email } } } }')
    expect(error).toMatchObject({ extensions: { code: 'FORBIDDEN' } })
    expect((await byNumber.query('{ extensions { nodes { id } } }')).extensions.nodes).toEqual([])
    const { messages } = await tenant.query('{ messages { edges { cursor node { id } } } }')
    const { cursor } = messages.edges.find((edge: any) => edge.node.id === his.Message)
    const [gone] = await limited.errors(`{ messages(after: "${cursor}") { nodes { id } } }`)
    expect(gone.extensions.code).toBe('BAD_USER_INPUT')
  })

  test('is refused over REST', async () => {
    for (const path of ['status', 'extensions']) {
      const response = await fetch(`${gateway.url}/v1/rc/${path}`, {
        headers: { authorization: `Bearer ${limited.token}` },
      })
      expect(response.status).toBe(403)
    }
  })
})

async function refusalOf(document: string) {
  const live = await limited.subscribe(document)
  await expect.poll(() => live.failure?.[0]?.extensions?.code).toBe('FORBIDDEN')
  return live.failure
}
