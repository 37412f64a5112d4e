import { expect, test } from 'vitest'
import { pruneClientTokensJob } from '../../src/tenants/prune-client-tokens.ts'
import { startGateway } from '../support/gateway.ts'

test('a job is found without a notification: when its time comes, and when its worker has died', async () => {
  const { db } = await startGateway()
  const states = async () => {
    const jobs = await db.$queryRaw<{ state: string }[]>`
      SELECT state::text FROM pgboss.job WHERE data ? 'test'`
    return jobs.map(({ state }) => state)
  }
  const { name } = pruneClientTokensJob

  // By hand, as pg-boss writes them: nobody is notified. The second had been fetched by a process that is no more.
  await db.$executeRaw`
    INSERT INTO pgboss.job (name, data, state, retry_limit, heartbeat_seconds, start_after, started_on, heartbeat_on)
    VALUES
      (${name}, '{"test": 1}', 'created', 2, 10, now() + interval '1 second', NULL, NULL),
      (${name}, '{"test": 2}', 'active', 2, 10, now(), now() - interval '12 seconds', now() - interval '11 seconds')`

  await expect.poll(states).toEqual(['completed', 'completed'])
})
