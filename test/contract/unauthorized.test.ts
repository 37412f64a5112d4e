import { createClient as createWebSocketClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { schema } from '../../src/schema.ts'
import { createApiKeySecret } from '../../src/tenants/api-key-secret.ts'
import { scopes } from '../../src/tenants/scopes.ts'
import { asked } from '../support/asked.ts'
import { createClient } from '../support/client.ts'
import {
  ava,
  type Gateway,
  operatorKey,
  startGateway,
  type TestTenant,
} from '../support/gateway.ts'
import { captureLogs } from '../support/logs.ts'
import { stranger } from '../support/texts.ts'

const logs = captureLogs()
let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { logger: logs.logger } })
})
afterAll(() => gateway.stop())

type Answer = { status: number; headers: Headers; body: string }

async function post(
  body: string | object,
  key?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

/** How a WebSocket with such a `connection_init` ends: the code and the reason of its close. */
function closing(connectionParams: Record<string, unknown>, query = '{ __typename }') {
  return new Promise<{ code: number; reason: string }>((resolve, reject) => {
    const client = createWebSocketClient({
      url: `${gateway.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams,
      retryAttempts: 0,
      on: { closed: (event) => resolve(event as { code: number; reason: string }) },
    })
    client.subscribe(
      { query },
      {
        next: () => reject(new Error('It was answered')),
        error: () => undefined,
        complete: () => undefined,
      },
    )
  })
}

const operate = (mutation: string, tenant: TestTenant) =>
  gateway.operator.query(
    `mutation ($id: ID!) { ${mutation}(input: { tenantId: $id }) { __typename } }`,
    { id: tenant.id },
  )

async function revokedKey(): Promise<string> {
  const { secret, apiKeyId } = await gateway.createTenant()
  await gateway.operator.query(
    'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { __typename } }',
    { id: apiKeyId },
  )
  return secret
}

async function expiredKey(): Promise<string> {
  const { secret, apiKeyId } = await gateway.createTenant()
  const expiresAt = new Date(Date.now() - 1)
  await gateway.db.apiKey.update({ where: { id: apiKeyId }, data: { expiresAt } })
  return secret
}

describe('D5: a key that does not work', () => {
  const link = { query: 'mutation { createConnectToken { __typename } }' }

  test('B8: gets 401, executes nothing, and learns nothing about why', async () => {
    const { secret } = await gateway.createTenant()
    const revoked = await revokedKey()
    const lastChar = secret.endsWith('a') ? 'b' : 'a'
    const wrong: Record<string, string>[] = [
      {},
      { authorization: '' },
      { authorization: 'Bearer' },
      { authorization: `Bearer ${secret.slice(0, -1)}${lastChar}` },
      { authorization: 'Bearer rql_000000000000000000000000000000000000' },
      { authorization: `Bearer ${revoked}` },
      { authorization: `Bearer ${await expiredKey()}` },
      { authorization: `Bearer ${createApiKeySecret()}` },
      { authorization: `Bearer ${operatorKey}x` },
      { authorization: `Basic ${Buffer.from(`${secret}:`).toString('base64')}` },
      { authorization: secret },
    ]
    const links = await gateway.db.connectToken.count()
    const answers = []
    for (const headers of wrong) answers.push(await post(link, undefined, headers))
    for (const { status, headers, body } of answers) {
      expect(status).toBe(401)
      expect(headers.get('www-authenticate')).toBe('Bearer')
      expect(body).toBe(answers[0]?.body)
    }
    expect(JSON.parse(answers[0]?.body ?? '')).toEqual({
      errors: [{ message: 'Unauthorized', extensions: { code: 'UNAUTHENTICATED' } }],
    })
    expect(await gateway.db.connectToken.count()).toBe(links)
  })

  test('is refused before the document is looked at', async () => {
    expect((await post('{ not json', 'nonsense')).status).toBe(401)
    expect((await post({ query: '{ no such field }' }, 'nonsense')).status).toBe(401)
    const viaGet = await fetch(`${gateway.url}/graphql?query={__typename}`)
    expect(viaGet.status).toBe(401)
  })

  test('C4: closes a WebSocket with 4403', async () => {
    const wrong = [{}, { authorization: 'Bearer nonsense' }, { authorization: 7 }]
    const revoked = { authorization: `Bearer ${await revokedKey()}` }
    for (const params of [...wrong, revoked]) {
      expect(await closing(params)).toMatchObject({ code: 4403, reason: 'Forbidden' })
    }
  })
})

describe('a suspended tenant', () => {
  test('is refused over HTTP, WebSocket and REST, until it is resumed', async () => {
    const tenant = await gateway.createTenant()
    await operate('suspendTenant', tenant)

    const { status, body } = await post({ query: '{ status { connected } }' }, tenant.secret)
    expect(status).toBe(403)
    expect(JSON.parse(body)).toEqual({
      errors: [
        { message: 'Tenant suspended or inactive', extensions: { code: 'TENANT_SUSPENDED' } },
      ],
    })
    expect(await closing({ authorization: `Bearer ${tenant.secret}` })).toMatchObject({
      code: 4403,
    })
    const rest = await fetch(`${gateway.url}/v1/rc/status`, {
      headers: { authorization: `Bearer ${tenant.secret}` },
    })
    expect(rest.status).toBe(403)
    expect(await rest.json()).toEqual({ error: 'Tenant suspended or inactive' })

    await operate('resumeTenant', tenant)
    expect(await tenant.query('{ status { connected } }')).toEqual({
      status: { connected: false },
    })
    const events = await tenant.subscribe('subscription { messageReceived { cursor } }')
    expect(events.failure).toBeUndefined()
  })

  test('is cut off where it is listening, and other tenants are not', async () => {
    const tenant = await gateway.createTenant()
    const neighbour = await gateway.createTenant()
    const document = 'subscription { messageReceived { cursor } }'
    const listening = await tenant.subscribe(document)
    const stream = await listenOverSse(tenant, document)
    const untouched = await neighbour.subscribe(document)
    await operate('suspendTenant', tenant)
    await expect.poll(() => listening.failure?.code, { timeout: 2_500 }).toBe(4403)
    await expect.poll(() => stream.ended, { timeout: 2_500 }).toBe(true)
    expect(untouched.failure).toBeUndefined()
  })
})

async function listenOverSse(tenant: TestTenant, query: string) {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tenant.secret}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query }),
    signal: stop.signal,
  })
  expect(response.status).toBe(200)
  const stream = { ended: false }
  response.text().then(
    () => {
      stream.ended = true
    },
    () => undefined,
  )
  return stream
}

async function keyWith(tenant: TestTenant, given: string[]): Promise<string> {
  const { createApiKey: issued } = await gateway.operator.query(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on IssuedApiKey { secret } } }',
    { input: { tenantId: tenant.id, name: given.join(), scopes: given } },
  )
  return issued.secret
}

/** The refusal for want of rights, if there is one. What is asked for live is asked after a cursor that ends it. */
async function forbidden(query: string, secret: string) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      accept: query.startsWith('subscription') ? 'text/event-stream' : 'application/json',
    },
    body: JSON.stringify({ query }),
  })
  const [, answer] = /(\{"(?:data|errors).*\})/.exec(await response.text()) ?? []
  expect(answer, query).toBeDefined()
  const { errors = [] } = JSON.parse(answer ?? '{}')
  return errors.find(({ extensions }: any) => extensions?.code === 'FORBIDDEN')
}

describe('D8: the wrong kind of key', () => {
  test("the operator's key is refused on a tenant's fields", async () => {
    const fields = [
      '{ status { connected } }',
      '{ messages { totalCount } }',
      '{ node(id: "x") { id } }',
    ]
    for (const document of [...fields, 'mutation { disconnect { __typename } }']) {
      const [error] = await gateway.operator.errors(document)
      expect(error.extensions.code).toBe('FORBIDDEN')
      expect(error.message).toContain('API key')
    }
    const live = await gateway.operator.subscribe('subscription { messageReceived { cursor } }')
    await expect.poll(() => live.failure?.[0]?.extensions?.code).toBe('FORBIDDEN')
  })

  test("a tenant's key is refused on the operator's fields", async () => {
    const tenant = await gateway.createTenant()
    const [error] = await tenant.errors('{ tenants { nodes { id } } }')
    expect(error).toMatchObject({ extensions: { code: 'FORBIDDEN' }, path: ['tenants'] })
    expect(error.message).toContain('operator')
    const [refused] = await tenant.errors(
      'mutation { createTenant(input: { name: "Mine" }) { __typename } }',
    )
    expect(refused.extensions.code).toBe('FORBIDDEN')
  })

  test('D3: each field of the schema is open to the scope that it names, and to no other', async () => {
    const tenant = await gateway.createTenant()
    const keys = await Promise.all(
      Object.keys(scopes).map(async (scope) => ({
        scope,
        secret: await keyWith(tenant, [scope]),
      })),
    )
    const roots = [
      ['query', schema.getQueryType()],
      ['mutation', schema.getMutationType()],
      ['subscription', schema.getSubscriptionType()],
    ] as const
    for (const [kind, type] of roots) {
      for (const field of Object.values(type?.getFields() ?? {})) {
        const [, needed] = /Scope `([a-z]+:[a-z]+)`/.exec(field.description ?? '') ?? []
        // By its id everything can be asked for: see below for what that takes.
        if (field.name === 'node') continue
        if (!needed) expect(field.description, field.name).toContain('For the operator.')
        const query = `${kind} { ${asked(field)} }`
        await Promise.all(
          keys.map(async ({ scope, secret }) => {
            const refusal = await forbidden(query, secret)
            const expected = scope === needed ? undefined : { code: 'FORBIDDEN', scope: needed }
            expect(refusal?.extensions, `${query} with ${scope}`).toEqual(expected)
            if (refusal && needed) expect(refusal.message).toContain(needed)
          }),
        )
      }
    }
  })

  test('what leads to messages shows none to who may not read them', async () => {
    const tenant = await gateway.createTenant()
    await tenant.connect(ava)
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Between us' })
    const { id } = await tenant.waitFor(
      '{ conversations { nodes { id } } }',
      ({ conversations }) => conversations.nodes[0],
    )
    const { createApiKey: issued } = await gateway.operator.query(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on IssuedApiKey { secret } } }',
      {
        input: {
          tenantId: tenant.id,
          name: 'sends and files away',
          scopes: ['messages:send', 'conversations:write'],
        },
      },
    )
    const app = createClient(gateway.url, issued.secret)
    const answer = 'sendSms(input: { from: "+12025550101", to: ["+14155550123"], text: "Yes" })'
    const archive = `archiveConversation(input: { conversationId: "${id}" })`
    for (const shown of [
      'lastMessage { text }',
      'messages { nodes { text } }',
      'messages { totalCount }',
    ]) {
      for (const document of [
        `mutation { found: ${archive} { ... on Conversation { ${shown} } } }`,
        `mutation { found: ${answer} { ... on Message { conversation { ${shown} } } } }`,
      ]) {
        const [error] = await app.errors(document)
        expect(error?.extensions, document).toMatchObject({
          code: 'FORBIDDEN',
          scope: 'messages:read',
        })
      }
    }
  })

  test('a node needs the scope of what it is', async () => {
    const tenant = await gateway.createTenant()
    const { id } = await tenant.connect()
    const issued = await gateway.operator.query(
      'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on IssuedApiKey { secret } } }',
      { input: { tenantId: tenant.id, name: 'texts only', scopes: ['messages:read'] } },
    )
    const app = createClient(gateway.url, issued.createApiKey.secret)
    const [error] = await app.errors('query ($id: ID!) { node(id: $id) { id } }', { id })
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'extensions:read' })
  })
})

describe('a request that cannot be', () => {
  let secret: string
  beforeAll(async () => {
    secret = (await gateway.createTenant()).secret
  })

  test.each([
    ['a document with a syntax error', { query: '{ status {' }],
    ['an unknown field', { query: '{ nothing }' }],
    ['an unknown operation name', { query: 'query A { __typename }', operationName: 'B' }],
    ['a variable that is missing', { query: 'query ($id: ID!) { node(id: $id) { id } }' }],
    [
      'a variable of the wrong type',
      { query: 'query ($n: Int) { messages(first: $n) { totalCount } }', variables: { n: 'x' } },
    ],
    ['no query at all', {}],
    ['A3: a list of queries', [{ query: '{ __typename }' }]],
    ['a body that is no JSON', '{ not json'],
  ])('%s gets 400', async (_name, body) => {
    const answer = await post(body, secret, { accept: 'application/graphql-response+json' })
    expect(answer.status).toBe(400)
    const { data, errors } = JSON.parse(answer.body)
    expect(data ?? null).toBeNull()
    expect(errors[0].message).toEqual(expect.any(String))
    expect(answer.body).not.toMatch(/ at .*\.(ts|js):\d|originalError/)
  })

  test('A9: a query over 100 KB gets 413, whether or not it says its length, and so does any body of somebody unknown', async () => {
    const query = `{ __typename } # ${'x'.repeat(100 * 1024)}`
    expect((await post({ query }, secret)).status).toBe(413)
    const chunked = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: new Blob([JSON.stringify({ query })]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(chunked.status).toBe(413)
    expect((await post({ query: `{ __typename } # ${'x'.repeat(90_000)}` }, secret)).status).toBe(
      200,
    )
    const withVariables = (length: number) => ({
      query: '{ __typename }',
      variables: { unused: 'x'.repeat(length) },
    })
    expect((await post(withVariables(200 * 1024), secret)).status).toBe(200)
    expect((await post(withVariables(200 * 1024))).status).toBe(413)
    // What is left of a body is not read, so nothing can follow it on its connection.
    const large = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(withVariables(3 * 1024 * 1024)),
    })
    expect([large.status, large.headers.get('connection')]).toEqual([413, 'close'])
    expect((await post({ query: '{ __typename }' }, secret)).status).toBe(200)
  })

  test.each([
    ['B3: a form', 'application/x-www-form-urlencoded', 'query=%7B__typename%7D'],
    ['B4: a form with files', 'multipart/form-data; boundary=x', '--x--'],
    ['B5: a text', 'text/plain', '{"query":"{ __typename }"}'],
    ['B5: a bare query', 'application/graphql', '{ __typename }'],
  ])('%s (%s) gets 415', async (_what, type, body) => {
    expect((await post(body, secret, { 'content-type': type })).status).toBe(415)
  })

  test('B1: a mutation over GET gets 405', async () => {
    const query = encodeURIComponent('mutation { disconnect { __typename } }')
    const response = await fetch(`${gateway.url}/graphql?query=${query}`, {
      headers: { authorization: `Bearer ${secret}` },
    })
    expect(response.status).toBe(405)
  })

  test('another method gets 405', async () => {
    const response = await fetch(`${gateway.url}/graphql`, { method: 'PUT' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, POST')
  })
})

describe('what nobody foresaw', () => {
  test('A13: is masked, and logged under the id that the client sees, over HTTP and WebSocket', async () => {
    const broken = await startGateway({ app: { logger: logs.logger } })
    const tenant = await broken.createTenant()
    await broken.db.$executeRaw`ALTER TABLE "Message" RENAME COLUMN "text" TO "gone"`

    const response = await fetch(`${broken.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tenant.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ messages { nodes { id text } } }' }),
    })
    const overHttp = await response.json()
    const requestId = response.headers.get('x-request-id')
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
    expectMasked(overHttp.errors, requestId)

    const live = await tenant.subscribe('{ messages { nodes { id text } } }')
    await expect.poll(() => live.failure).toBeDefined()
    expectMasked(live.failure, live.failure[0].extensions.requestId)

    await broken.db.$executeRaw`ALTER TABLE "EventLog" RENAME TO "GoneLog"`
    const events = await tenant.subscribe('subscription { messageReceived { cursor } }')
    await expect.poll(() => events.failure).toBeDefined()
    expectMasked(events.failure, events.failure[0].extensions.requestId)
  })

  function expectMasked(errors: any[], requestId: string | null) {
    expect(errors).toHaveLength(1)
    const [{ message, extensions }] = errors
    expect(message).toBe(`Something went wrong on our side. Quote ${requestId} when you report it.`)
    expect(extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId })
    const logged = logs
      .text()
      .split('\n')
      .filter((line) => line.includes(`"requestId":"${requestId}"`))
    expect(logged).toHaveLength(1)
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({
      level: 50,
      err: { stack: expect.stringContaining('at ') },
    })
  }
})

describe('GraphiQL', () => {
  const asBrowser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } }

  test('is shown where it is switched on', async () => {
    const { url } = await gateway.startInstance({
      graphiql: () => ({ headers: { authorization: 'Bearer mine' }, query: '# welcome' }),
    })
    const page = await fetch(`${url}/graphql`, asBrowser)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toMatch('text/html')
    expect(await page.text()).toContain('# welcome')
  })

  test('A12: where it is switched off, browsers get 406 and no page', async () => {
    const page = await fetch(`${gateway.url}/graphql`, asBrowser)
    expect(page.status).toBe(406)
    expect(await page.text()).not.toMatch(/<html|graphiql/i)
    expect((await fetch(gateway.url, { ...asBrowser, redirect: 'manual' })).status).toBe(404)
  })
})
