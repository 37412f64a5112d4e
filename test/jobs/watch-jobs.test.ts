import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { pruneClientTokensJob } from '../../src/tenants/prune-client-tokens.ts'
import { startTcpProxy } from '../crash/tcp-proxy.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { captureLogs } from '../support/logs.ts'

let gateway: Gateway

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  return gateway.stop
})

test('a job is found without a notification: when its time comes, and when its worker has died', async () => {
  const { db } = gateway
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

test('a process that could not listen for new jobs when it started listens a moment later', async () => {
  const { db, databaseUrl, startInstance } = gateway
  const { port, pathname } = new URL(databaseUrl)
  const cable = await startTcpProxy(() => Number(port))
  onTestFinished(() => cable.close())
  const listening = async () => {
    const ears = await db.$queryRaw<unknown[]>`
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ringql-jobs'
        AND (query LIKE 'LISTEN "pgboss%' OR query LIKE '%pg_listening_channels%')`
    return ears.length
  }
  const before = await listening()
  const { logger, text } = captureLogs()

  cable.cutNext({ direction: 'up', afterBytes: 0, containing: 'LISTEN "pgboss' })
  const there = databaseUrl.replace(`:${port}${pathname}`, `:${cable.port}${pathname}`)
  const instance = await startInstance({ databaseUrl: there, role: 'worker', logger })
  onTestFinished(() => instance.close())

  expect(text()).toContain('Cannot hear of new jobs')
  await expect.poll(listening).toBe(before + 1)
})
