import { once } from 'node:events'
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { requestScope } from '../../src/lib/request-scope.ts'
import { mint } from '../support/client-tokens.ts'
import {
  ava,
  ben,
  type Gateway,
  operatorKey,
  startGateway,
  type TestTenant,
} from '../support/gateway.ts'

let gateway: Gateway
let acme: TestTenant
let other: TestTenant
let limited: string
const count = 12

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  other = await gateway.createTenant()
  await acme.connect(ava)
  await acme.connect(ben)
  for (let n = 0; n < count; n += 1) {
    const from = `+1303555${String(100 + n).padStart(4, '0')}`
    gateway.simulator.inbound({ from, to: (n % 2 ? ava : ben).number, text: `Text ${n}` })
  }
  await acme.waitFor('{ messages { totalCount } }', ({ messages }) => messages.totalCount === count)
  const only = { extensionIds: [ava.extensionId] }
  limited = (await mint(acme, { scopes: ['messages:read'], ...only })).token
  return gateway.stop
})

type Asked = { query: string; variables?: object; operationName?: string }
type Answer = { status: number; headers: IncomingHttpHeaders; body: any; atDoor: boolean }

async function ask(
  secret: string,
  asked: Asked,
  path = '/graphql',
  accepted: { accept?: string } = {},
): Promise<Answer> {
  const authorization = `Bearer ${secret}`
  const headers = { authorization, 'content-type': 'application/json', ...accepted }
  const outgoing = request(`${gateway.url}${path}`, { method: 'POST', headers })
  outgoing.end(JSON.stringify(asked))
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const { statusCode = 0, rawHeaders } = response
  return {
    status: statusCode,
    headers: response.headers,
    body: JSON.parse(await text(response)),
    // The general way writes the names of headers in small letters.
    atDoor: rawHeaders.includes('Server-Timing'),
  }
}

/** Past the door, which takes no address but its own. */
const askAround = (secret: string, asked: Asked) => ask(secret, asked, '/graphql?around')

/** Without what is of the moment. */
function lasting({ status, headers, body }: Answer) {
  const { 'x-request-id': id, 'server-timing': timing, date, ...others } = headers
  const cost = body.extensions?.cost
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...rest } = others
  const written = JSON.stringify({ ...body, ...(cost && { extensions: cost.requested }) })
  const kinds = [typeof id, typeof timing]
  return {
    status,
    kinds,
    headers: rest,
    body: JSON.parse(written.replaceAll(String(id), 'its id')),
  }
}

const page = `query Page($first: Int, $after: String, $filter: MessageFilter, $withText: Boolean = true) {
  messages(first: $first, after: $after, filter: $filter) {
    edges { cursor node { id direction from to text @include(if: $withText) createdAt } }
    pageInfo { hasNextPage endCursor } totalCount } }`

const documents: Record<string, Asked> = {
  'a page': { query: page, variables: { first: 5 } },
  'a page without texts': { query: page, variables: { first: 5, withText: false } },
  'a page by a filter': {
    query: page,
    variables: { filter: { number: ava.number, text: 'text' } },
  },
  'aliases, fragments and what is nested': {
    query: `{ a: messages(first: 3) { nodes { ...Line } } b: messages(last: 2) { edges { node { ...Line extension { name } } } }
      conversations { nodes { id participants { number } lastMessage { ...Line } messages(first: 2) { nodes { id } } } } }
      fragment Line on Message { id status sender { number } conversation { number } timeline { kind } }`,
  },
  'other lists': {
    query:
      '{ callLogs { nodes { id } asOf } extensions { nodes { id phoneNumbers { phoneNumber } } } phoneNumbers { nodes { id } } }',
  },
  'a node of any kind': { query: '{ node(id: "msg_nobody") { __typename id } __typename }' },
  'a cursor that is none': { query: page, variables: { after: 'garbage' } },
  'a cursor of nothing': {
    query: page,
    variables: { after: Buffer.from('GPC:S:msg_nobody').toString('base64') },
  },
  'a page that is too large': { query: page, variables: { first: 1000 } },
  'a variable that does not fit': { query: page, variables: { first: 'five' } },
  'one field that is refused beside one that is not': {
    query: '{ status { connected } tenants { nodes { id } } }',
  },
  'an operation by its name': {
    query: 'query A { status { connected } } query B { messages(first: 1) { nodes { id } } }',
    operationName: 'B',
  },
  'an operation that is not there': {
    query: 'query A { status { connected } } query C { status { connected } }',
    operationName: 'D',
  },
  'a mutation that is refused': {
    query:
      'mutation { sendSms(input: { from: "+12025550199", to: ["+13035550100"], text: "Hi" }) { __typename ... on Error { code } } }',
  },
}

describe('answers at the door as it does otherwise', () => {
  it.each(Object.entries(documents))('%s', async (_what, asked) => {
    const viewers = [acme.secret, other.secret, limited, operatorKey]
    for (const secret of viewers) await ask(secret, asked)
    for (const secret of viewers) {
      const [quick, around] = [await ask(secret, asked), await askAround(secret, asked)]
      expect(around.atDoor).toBe(false)
      // What does not go well is told in the words, and by the status, of the general way.
      expect(quick.atDoor).toBe(!quick.body.errors)
      expect(lasting(quick)).toEqual(lasting(around))
    }
  })

  it('and each tenant what is theirs, a limited client token what it is limited to', async () => {
    const asked = { query: page, variables: { first: 50 } }
    const of = async (secret: string) => {
      const { atDoor, body } = await ask(secret, asked)
      return {
        atDoor,
        count: body.data.messages.totalCount,
        shown: body.data.messages.edges.length,
      }
    }
    expect(await of(acme.secret)).toEqual({ atDoor: true, count, shown: count })
    expect(await of(other.secret)).toEqual({ atDoor: true, count: 0, shown: 0 })
    expect(await of(limited)).toEqual({ atDoor: true, count: count / 2, shown: count / 2 })
  })

  it('also after somebody has asked for it in hundreds of ways', async () => {
    const asked = { query: '{ status { connected } }' }
    const atDoor = async (accept: string) =>
      (await ask(acme.secret, asked, '/graphql', { accept })).atDoor
    for (let n = 0; n < 101; n += 1) await atDoor(`application/json;n=${n}`)
    await atDoor('application/json;of=late')
    expect(await atDoor('application/json;of=late')).toBe(true)
  })

  it('and nobody any more whose key was revoked, at once', async () => {
    const third = await gateway.createTenant()
    const asked = { query: '{ status { connected } }' }
    expect((await ask(third.secret, asked)).status).toBe(200)
    expect((await ask(third.secret, asked)).atDoor).toBe(true)
    await gateway.operator.query(
      `mutation { revokeApiKey(input: { apiKeyId: "${third.apiKeyId}" }) { __typename } }`,
    )
    const refused = await ask(third.secret, asked)
    expect(refused).toMatchObject({ status: 401, body: { errors: [{ message: 'Unauthorized' }] } })
    expect(lasting(refused)).toEqual(lasting(await askAround(third.secret, asked)))
  })
})

it.each([
  [
    'messages',
    2,
    'messages(first: $first) { nodes { id text sender { name } extension { name } conversation { number } } }',
  ],
  [
    'a page of messages alone',
    1,
    'messages(first: $first) { edges { cursor node { id from text } } pageInfo { endCursor } }',
  ],
  [
    'conversations with their last texts',
    2,
    'conversations(first: $first) { nodes { id lastMessage { text } messages(first: 3) { nodes { text } } } }',
  ],
])('%s ask the database no more often for more lines', async (_what, least, fields) => {
  const query = `query ($first: Int!) { ${fields} }`
  let asked = 0
  const send = pg.Client.prototype.query as (...given: unknown[]) => never
  const sending = vi.spyOn(pg.Client.prototype, 'query')
  sending.mockImplementation(function (this: pg.Client, ...given: unknown[]) {
    const [statement] = given as [{ name?: string }]
    // Whose connection it is may have to be said first, however many lines there are.
    if (requestScope.getStore()?.tenantId && statement.name !== 'on-behalf-of') asked += 1
    return send.apply(this, given)
  })
  onTestFinished(() => sending.mockRestore())
  const statements = async (first: number) => {
    asked = 0
    const { body } = await ask(acme.secret, { query, variables: { first } })
    expect(body.errors).toBe(undefined)
    return asked
  }
  const one = await statements(2)
  expect(one).toBeGreaterThanOrEqual(least)
  expect(await statements(count)).toBe(one)
})
