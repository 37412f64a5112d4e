import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { App } from '../../src/app.ts'
import { openStream } from '../events/sse.ts'
import { createClient } from '../support/client.ts'
import { lastCodes, mint } from '../support/client-tokens.ts'
import { type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { sharedTime } from '../support/time.ts'

const document = 'subscription { messageReceived { cursor } }'
const time = sharedTime({ shared: true })
let gateway: Gateway
let second: App
let there: string

beforeAll(async () => {
  gateway = await startGateway(time)
  second = await gateway.startInstance({ publicUrl: gateway.url })
  there = `http://localhost:${second.port}`
})
afterAll(async () => {
  await gateway.stop()
  time.close()
})

/** Listens at the second instance, over WebSocket and SSE. */
async function listen(credential: string) {
  const socket = await createClient(gateway.url, credential).subscribe(document, {}, there)
  const stream = await openStream(there, credential, { query: document })
  onTestFinished(() => stream.abort())
  expect(stream.response.status).toBe(200)
  return { socket, stream }
}

type Listening = Awaited<ReturnType<typeof listen>>

async function expectEnd({ socket, stream }: Listening, reason: string, code: string) {
  await expect.poll(() => socket.failure).toMatchObject({ code: 4403, reason })
  await expect.poll(() => stream.over).toBe(true)
  expect(lastCodes(stream)).toEqual([code])
  expect(stream.events.at(-1)?.event).toBe('complete')
}

const isOpen = ({ socket, stream }: Listening) => socket.failure === undefined && !stream.over

const operate = (mutation: string, input: object) =>
  gateway.operator.query(
    `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { __typename } }`,
    { input },
  )

const revokeToken = (tenant: TestTenant, id: string) =>
  tenant.query('mutation ($id: ID!) { revokeClientToken(input: { id: $id }) { __typename } }', {
    id,
  })

const giveScopes = ({ apiKeyId: id }: TestTenant, some: string[]) =>
  gateway.db.apiKey.update({ where: { id }, data: { scopes: some } })

const scopes = ['messages:read']

test('C9: what ends a key or a client token ends its streams at every instance, over WebSocket and SSE, and no others', async () => {
  const { createTenant } = gateway
  const [revoked, spared, suspended, deleted, lost, expiring, untouched] = await Promise.all([
    ...([createTenant(), createTenant(), createTenant(), createTenant()] as const),
    ...([createTenant(), createTenant(), createTenant()] as const),
  ])
  const tokenOf = async (tenant: TestTenant, more = {}) => mint(tenant, { scopes, ...more })
  const key = await listen(revoked.secret)
  const ofRevokedKey = await listen((await tokenOf(revoked)).token)
  const token = await tokenOf(spared)
  const ofRevokedToken = await listen(token.token)
  const otherToken = await listen((await tokenOf(spared, { ttlSeconds: 86_400 })).token)
  const ofSuspended = await listen(suspended.secret)
  const tokenOfSuspended = await listen((await tokenOf(suspended)).token)
  const ofDeleted = await listen(deleted.secret)
  const ofLost = await listen(lost.secret)
  const tokenOfLost = await listen((await tokenOf(lost)).token)
  const ofExpiring = await listen((await tokenOf(expiring)).token)
  const others = [otherToken, await listen(untouched.secret), await listen(expiring.secret)]

  await Promise.all([
    operate('revokeApiKey', { apiKeyId: revoked.apiKeyId }),
    revokeToken(spared, token.id),
    operate('suspendTenant', { tenantId: suspended.id }),
    operate('deleteTenant', { tenantId: deleted.id }),
    giveScopes(lost, ['tokens:create', 'messages:read']),
  ])
  await expectEnd(key, 'Forbidden', 'UNAUTHENTICATED')
  await expectEnd(ofRevokedKey, 'Forbidden', 'UNAUTHENTICATED')
  await expectEnd(ofRevokedToken, 'Forbidden', 'UNAUTHENTICATED')
  await expectEnd(ofSuspended, 'Tenant suspended', 'TENANT_SUSPENDED')
  await expectEnd(tokenOfSuspended, 'Tenant suspended', 'TENANT_SUSPENDED')
  await expectEnd(ofDeleted, 'Forbidden', 'UNAUTHENTICATED')
  await expectEnd(ofLost, 'Scope lost', 'FORBIDDEN')

  // The key lost much, and the token nothing that it had.
  expect(isOpen(tokenOfLost)).toBe(true)
  await giveScopes(lost, [])
  await expectEnd(tokenOfLost, 'Scope lost', 'FORBIDDEN')

  expect(isOpen(ofExpiring)).toBe(true)
  await time.pass(900_000)
  await expectEnd(ofExpiring, 'Token expired', 'TOKEN_EXPIRED')
  expect(others.map(isOpen)).toEqual([true, true, true])
})
