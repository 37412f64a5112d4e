import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createLiveViewers } from '../../src/tenants/live-viewers.ts'
import { browserOf } from '../support/client-tokens.ts'
import { startGateway } from '../support/gateway.ts'

test('who has come with another credential while the first was being checked is not ended with that', async () => {
  const gateway = await startGateway()
  const tenant = await gateway.createTenant()
  const mintOne = async () => {
    const { id } = await browserOf(gateway.url, tenant, { scopes: ['messages:read'] })
    return gateway.db.clientToken.findUniqueOrThrow({ where: { id } })
  }
  const [old, next] = [await mintOne(), await mintOne()]
  const viewers = createLiveViewers({
    db: gateway.db,
    clock: systemClock,
    logger: createLogger('silent'),
  })
  onTestFinished(() => viewers.close())
  const { id: tenantId, apiKeyId } = tenant
  const watch = (clientToken: typeof old) =>
    viewers.watch({ kind: 'tenant', tenantId, apiKeyId, scopes: [], clientToken })

  const first = watch(old)
  let second: typeof first | undefined
  // It is revoked, and renewed while the check waits for this lock.
  await gateway.db.clientToken.update({ where: { id: old.id }, data: { revokedAt: new Date() } })
  await gateway.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE "ApiKey" IN ACCESS EXCLUSIVE MODE`
      await sleep(2_000)
      second = watch(next)
      first.leave()
    },
    { timeout: 10_000 },
  )
  await sleep(500)
  expect([first.ended.aborted, second?.ended.aborted]).toEqual([false, false])
})

test('who comes while it is being checked who may stay is not taken for unwelcome', async () => {
  const gateway = await startGateway()
  const [early, late] = [await gateway.createTenant(), await gateway.createTenant()]
  const viewers = createLiveViewers({
    db: gateway.db,
    clock: systemClock,
    logger: createLogger('silent'),
  })
  onTestFinished(() => viewers.close())
  const watch = (tenant: typeof early) =>
    viewers.watch({ kind: 'tenant', tenantId: tenant.id, apiKeyId: tenant.apiKeyId, scopes: [] })

  const first = watch(early)
  let second: typeof first | undefined
  // The check waits for this lock, and in the meantime somebody comes.
  await gateway.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE "ApiKey" IN ACCESS EXCLUSIVE MODE`
      await sleep(2_000)
      second = watch(late)
    },
    { timeout: 10_000 },
  )
  await sleep(500)
  expect(first.ended.aborted).toBe(false)
  expect(second?.ended.aborted).toBe(false)

  await gateway.operator.query(
    'mutation ($id: ID!) { revokeApiKey(input: { apiKeyId: $id }) { __typename } }',
    { id: late.apiKeyId },
  )
  await expect.poll(() => second?.ended.aborted, { timeout: 2_500 }).toBe(true)
  expect(first.ended.aborted).toBe(false)
})
