import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Gateway, startGateway } from '../support/gateway.ts'

let gateway: Gateway
let secret: string

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  secret = (await gateway.createTenant()).secret
})
afterAll(() => gateway.stop())

const audits = serverAudits({
  url: () => `${gateway.url}/graphql`,
  fetchFn: (url: string, init: RequestInit) => {
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${secret}`)
    return fetch(url, { ...init, headers })
  },
})

test('B7: the audit suite of GraphQL over HTTP is here', () => {
  expect(audits).toHaveLength(61)
})

// What a server MUST and SHOULD do, and even what it MAY.
for (const { id, name, fn } of audits) {
  test(`${name} [${id}]`, async () => {
    const { status, ...result } = await fn()
    expect({ status, ...('reason' in result && { reason: result.reason }) }).toEqual({
      status: 'ok',
    })
  })
}

test('an answer tells how long the gateway took, and none may keep it', async () => {
  const { headers } = await fetch(`${gateway.url}/graphql?query={__typename}`, {
    headers: { authorization: `Bearer ${secret}`, accept: 'application/graphql-response+json' },
  })
  expect(headers.get('server-timing')).toMatch(/^total;dur=\d+\.\d$/)
  expect(headers.get('cache-control')).toBe('no-store')
})
