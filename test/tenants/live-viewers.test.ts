import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createLiveViewers } from '../../src/tenants/live-viewers.ts'
import { startGateway } from '../support/gateway.ts'

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
