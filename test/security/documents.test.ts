import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { App } from '../../src/app.ts'
import { type Transport, transports } from '../graphql/transports.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { send, stranger } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant
/** Instances that only serve: one of them gives up soon. */
let web: App
let hasty: App

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  web = await gateway.startInstance({ role: 'web' })
  hasty = await gateway.startInstance({ role: 'web', answerWithinMs: 400 })
})
afterAll(() => gateway.stop())

const times = (n: number, text: (index: number) => string) =>
  Array.from({ length: n }, (_, i) => text(i)).join(' ')

/** Nobody reads this table until it is let go, or the test is over. */
async function lock(table: string) {
  const held = await holdRows(gateway, `LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`)
  let letGone: Promise<void> | undefined
  const letGo = () => {
    letGone ??= held.letGo()
    return letGone
  }
  onTestFinished(letGo)
  return { letGo }
}

/** How many statements of an instance that only serves stand before a lock. */
async function heldUp() {
  const [found] = await gateway.db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND application_name = 'ringql-web' AND datname = current_database()`
  return found?.count
}

describe.each(Object.keys(transports) as Transport[])('over %s', (transport) => {
  const ask = (query: string, variables = {}) =>
    transports[transport](gateway, acme.secret, { query, variables })

  it('A5: fragments in a circle are refused', async () => {
    const circle = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'
    expect((await ask(circle)).errors?.[0]?.message).toMatch(/Cannot spread fragment/)
  })

  it('A7: fields that would have to be compared with each other are answered or refused', async () => {
    const wide = times(40, (i) => `messages { nodes { id to conversation { id } } } viewer${i}: x`)
    const spreads = `{ ${times(150, () => '...F')} } fragment F on Query { ${wide} }`
    expect((await ask(spreads)).errors?.length).toBeGreaterThan(0)
    const selves = times(200, () => 'viewer { id }')
    expect((await ask(`{ ${selves} }`)).errors?.[0]?.extensions).toMatchObject({
      limit: 'sameField',
    })
  })

  it('A8: a page that is too large is refused, and no query of many pages reaches the database', async () => {
    const [tooLarge] = (await ask('{ messages(first: 99999999) { nodes { id } } }')).errors ?? []
    expect(tooLarge?.message).toMatch(/100/)
    const held = await lock('Conversation')
    const pages = (inner: string) => `messages(first: 100) { nodes { id ${inner} } }`
    const nested = `{ conversations(first: 100) { nodes { ${pages(`conversation { ${pages('')} }`)} } } }`
    const answer = await ask(nested)
    expect(answer.errors?.[0]?.extensions).toMatchObject({ limit: 'objects', max: 25_000 })
    await held.letGo()
  })

  it('A10: who has a key may look at the schema, but not round and round', async () => {
    expect((await ask(getIntrospectionQuery())).errors).toBeUndefined()
    const round =
      '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }'
    expect((await ask(round)).errors?.[0]?.message).toMatch(/introspection depth/i)
  })

  it('A11: nobody is told what a name might have been meant to be', async () => {
    for (const [query, variables] of [
      ['{ __schema { directive } }'],
      ['{ mesages { nodes { id } } }'],
      ['{ messages(frist: 1) { nodes { id } } }'],
      ['{ messages(filter: { type: [SMSS] }) { nodes { id } } }'],
      ['query ($f: MesageFilter) { messages { totalCount } }'],
      [
        'query ($f: MessageFilter) { messages(filter: $f) { totalCount } }',
        { f: { type: ['SMSS'], drection: 1 } },
      ],
    ] as const) {
      const answer = await ask(query, variables)
      expect(answer.errors?.length, query).toBeGreaterThan(0)
      expect(JSON.stringify(answer)).not.toMatch(/did you mean/i)
    }
  })

  it('A14: of many operations one has to be named', async () => {
    const many = times(100, (i) => `query q${i} { __typename }`)
    const answer = await ask(many)
    expect(answer.data ?? null).toBeNull()
    expect(answer.errors).toHaveLength(1)
  })

  it('A15: what takes too long is answered with TIMEOUT, and no more is done for it', async () => {
    const held = await lock('Conversation')
    const query = '{ conversations { nodes { id } } }'
    const answer = await transports[transport]({ ...gateway, url: hasty.url }, acme.secret, {
      query,
    })
    expect(answer).toMatchObject({
      errors: [{ extensions: { code: 'TIMEOUT', limit: 'time', max: 400 } }],
    })
    await held.letGo()
  })
})

it('A9: a request of 10 MB gets 413, and a text of 1 MB a sentence', async () => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${acme.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: `# ${'x'.repeat(10_000_000)}\n{ __typename }` }),
  })
  expect(response.status).toBe(413)
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { limit: 'body' } }] })
  const long = { from: ava.number, to: [stranger], text: 'x'.repeat(1_000_000) }
  expect(await send(acme, long)).toMatchObject({ code: 'TEXT_TOO_LONG', limit: 1000 })
})

it('A10: who has no key learns nothing of the schema', async () => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ __schema { types { name } } }' }),
  })
  expect(response.status).toBe(401)
  expect(await response.text()).not.toContain('types')
})

it('A15: what waits for RingCentral is answered as well', async () => {
  gateway.simulator.planFault({ kind: 'hang', method: 'PUT', path: '**/presence' })
  const answer = await transports.HTTP({ ...gateway, url: hasty.url }, acme.secret, {
    query: `mutation { setPresence(input: { extensionId: "${ava.extensionId}", userStatus: BUSY }) { __typename } }`,
  })
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'TIMEOUT' })
  gateway.simulator.clearFaults()
})

it('A15: nothing further is read for a client that has hung up', async () => {
  gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Hello' })
  await acme.waitFor('{ conversations { nodes { id } } }', (data) => data.conversations.nodes[0])
  const [conversations, messages] = [await lock('Conversation'), await lock('Message')]
  const ask = (query: string, signal?: AbortSignal) =>
    fetch(`${web.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${acme.secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      ...(signal && { signal }),
    })
  const client = new AbortController()
  const asking = ask('{ conversations { nodes { messages { nodes { id } } } } }', client.signal)
  await expect.poll(heldUp).toBe(1)
  client.abort()
  await expect(asking).rejects.toThrow()
  // Until its goodbye has arrived.
  await fetch(`${web.url}/health/live`)
  await conversations.letGo()
  for (let n = 0; n < 3; n += 1) await ask('{ conversations { nodes { id } } }')
  expect(await heldUp()).toBe(0)
  await messages.letGo()
})
