import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Transport, transports } from '../graphql/transports.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'

/**
 * What graphql-cop looks for, as requests of our own: https://github.com/dolevf/graphql-cop. Asked with a good key, so that it is
 * the defence that answers, and not the door.
 */
let gateway: Gateway
let secret: string

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  secret = (await gateway.createTenant()).secret
})
afterAll(() => gateway.stop())

const times = (n: number, text: (index: number) => string) =>
  Array.from({ length: n }, (_, i) => text(i)).join(' ')

const found: [check: string, query: string, isFound: (answer: Answer) => unknown][] = [
  [
    'alias overloading',
    `query cop { ${times(101, (i) => `alias${i}:__typename`)} }`,
    ({ data }) => data?.alias100,
  ],
  [
    'directive overloading',
    `query cop { __typename ${times(10, () => '@aa')} }`,
    ({ errors }) => errors?.length === 10,
  ],
  [
    'field duplication',
    `query cop { ${times(500, () => '__typename')} }`,
    ({ data }) => data?.__typename,
  ],
  [
    'circular introspection',
    'query cop { __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }',
    ({ data }) => data?.__schema,
  ],
  [
    'field suggestions',
    'query cop { __schema { directive } }',
    (answer) => /did you mean/i.test(JSON.stringify(answer)),
  ],
  [
    'trace mode',
    'query cop { __typename }',
    (answer) => /"(tracing|exception|stacktrace)"/.test(JSON.stringify(answer)),
  ],
]

describe.each(Object.keys(transports) as Transport[])('graphql-cop over %s', (transport) => {
  it.each(found)('finds no %s', async (_check, query, isFound) => {
    const answer = await transports[transport](gateway, secret, { query })
    expect(isFound(answer)).toBeFalsy()
  })

  // On purpose: see docs/decisions/0022-what-a-key-may-look-at.md.
  it('finds introspection, with a key', async () => {
    const query = 'query cop { __schema { types { name } } }'
    expect((await transports[transport](gateway, secret, { query })).errors).toBeUndefined()
  })
})

describe('graphql-cop over HTTP alone', () => {
  const ask = (init: RequestInit, search = '') =>
    fetch(`${gateway.url}/graphql${search}`, {
      ...init,
      headers: { authorization: `Bearer ${secret}`, ...init.headers },
    })
  const typename = 'query cop { __typename }'

  it('finds no batches', async () => {
    const response = await ask({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Array(10).fill({ query: typename })),
    })
    expect(response.status).toBe(400)
    expect(await response.text()).not.toContain('Query')
  })

  it('finds no GraphiQL', async () => {
    for (const path of ['/', '/graphiql', '/playground', '/console', '/graphql']) {
      const page = await fetch(`${gateway.url}${path}`, { headers: { accept: 'text/html' } })
      expect(page.status, path).toBeGreaterThanOrEqual(400)
      expect(await page.text(), path).not.toMatch(/graphiql|playground/i)
    }
  })

  it('finds no mutation by GET', async () => {
    const response = await ask({}, `?query=${encodeURIComponent('mutation cop { __typename }')}`)
    expect(response.status).toBe(405)
  })

  // With a key it is answered: who can set that header could set any.
  it('B2: finds no query by GET that a page could have its visitors send', async () => {
    const search = `?query=${encodeURIComponent(typename)}`
    const places = [search, `${search}&authorization=${encodeURIComponent(`Bearer ${secret}`)}`]
    for (const place of places) {
      const response = await fetch(`${gateway.url}/graphql${place}`, {
        headers: { cookie: `authorization=Bearer ${secret}`, accept: 'application/json' },
      })
      expect(response.status).toBe(401)
      expect(await response.text()).not.toContain('__typename')
    }
  })

  it('finds no query in a form', async () => {
    const response = await ask({ method: 'POST', body: new URLSearchParams({ query: typename }) })
    expect(response.status).toBe(415)
  })
})
