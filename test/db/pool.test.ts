import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDatabase, createTenantPool } from '../../src/db/client.ts'
import { isDatabaseUnavailable } from '../../src/db/errors.ts'
import { createPool } from '../../src/db/pool.ts'
import { asTenant } from '../../src/lib/request-scope.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

it('a goodbye of Postgres in one packet with an answer does not end the process', async () => {
  const line = await startHoldingLine(Number(new URL(database.url).port))
  const url = new URL(database.url)
  url.port = String(line.port)
  const db = createDatabase({ url: url.href, applicationName: 'goodbye', poolSize: 1 })
  const other = new pg.Client(database.url)
  await other.connect()
  await db.$queryRaw`SELECT 1`

  line.hold()
  const asked = asTenant('ten_test', () => db.$queryRaw`SELECT 1`)
  const answer = Promise.resolve(asked).catch(() => 'lost')
  const ofIt = `FROM pg_stat_activity WHERE application_name = 'goodbye' AND state = 'idle' AND query LIKE '%app.tenant%'`
  await expect.poll(async () => (await other.query(`SELECT 1 ${ofIt}`)).rowCount).toBe(1)
  await other.query(`SELECT pg_terminate_backend(pid, 5000) ${ofIt}`)
  await line.goodbye()
  line.letGo()

  expect(await answer).toBe('lost')
  expect(await db.$queryRaw`SELECT 2 AS two`).toEqual([{ two: 2 }])
  await other.end()
  await db.$disconnect()
  line.close()
})

it('who asks at the same time gets a connection of their own kind each, where there is one', async () => {
  const pool = createTenantPool({ url: database.url, applicationName: 'kinds', poolSize: 3 })
  const pid = async () => (await pool.query('SELECT pg_backend_pid() AS pid')).rows[0].pid
  const ofTenant = () => asTenant('ten_test', pid)
  const [one, other, tenants] = await Promise.all([pid(), pid(), ofTenant()])
  // The last that was given back, and so the first that the pool would take.
  expect(await ofTenant()).toBe(tenants)
  expect((await Promise.all([pid(), pid()])).toSorted()).toEqual([one, other].toSorted())
  expect((await Promise.all([ofTenant(), pid(), pid()]))[0]).toBe(tenants)
  await pool.end()
})

it('a Postgres that hangs holds neither who asked nor their connection', async () => {
  const line = await startHoldingLine(Number(new URL(database.url).port))
  const url = new URL(database.url)
  url.port = String(line.port)
  const pool = createPool({ url: url.href, applicationName: 'hung', poolSize: 1, silenceMs: 200 })
  await pool.query('SELECT 1')

  line.hold()
  const error = await pool.query('SELECT 1').catch((reason) => reason)
  expect(isDatabaseUnavailable(error)).toBe(true)
  line.letGo()
  expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }])
  await pool.end()
  line.close()
})

/** Forwards to a port of this machine; what comes back can be held, and then let go in one piece. */
async function startHoldingLine(target: number) {
  let held: Buffer[] | undefined
  let last: Socket | undefined
  let hungUp: Promise<unknown> | undefined
  const server = createServer((client) => {
    const upstream = connect({ port: target, host: '127.0.0.1' })
    last = client
    hungUp = once(upstream, 'end')
    client.pipe(upstream)
    upstream.on('data', (chunk) => (held ? held.push(chunk) : client.write(chunk)))
    upstream.on('end', () => held ?? client.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address() as { port: number }
  return {
    port: address.port,
    hold() {
      held = []
    },
    goodbye: async () => hungUp,
    letGo() {
      last?.end(Buffer.concat(held ?? []))
      held = undefined
    },
    close: () => server.close(),
  }
}
