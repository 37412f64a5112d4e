import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { startSimulator } from '../../simulator/simulator.ts'
import { createApp } from '../../src/app.ts'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { gatewayAt } from '../gateway.ts'
import type { Measured } from '../report.ts'

const records = 10_000
/** RingCentral's first extension here: its user sees the whole company's log. */
const admin = { extensionId: '62264425016', number: '+12025550101' }
const operatorKey = 'operator-key-for-the-bench'

/**
 * The log of a week, read for the first time: from the moment that its reader connects to the last call in our table.
 * RingCentral's budget of ten reads a minute is emptied all the while, so what is left is our own time, and that of
 * the simulator in the same process.
 */
export async function measureCallSync(home: string): Promise<Measured[]> {
  await using opened = new AsyncDisposableStack()
  const logger = pino({ level: 'silent' })
  const postgres = await startEmbeddedPostgres({ dataDir: join(home, 'sync'), log: logger })
  opened.defer(() => postgres.stop())
  const simulator = await startSimulator({ limits: false })
  opened.defer(() => simulator.close())
  const app = await createApp({
    port: 0,
    publicUrl: null,
    databaseUrl: postgres.url,
    redisUrl: null,
    encryptionKeys: [{ id: 'bench', key: Buffer.alloc(32, 7) }],
    operatorKey,
    ringCentral: {
      serverUrl: simulator.url,
      clientId: simulator.clientId,
      clientSecret: simulator.clientSecret,
    },
    tokenCallsPerMinute: 600,
    role: 'all',
    graphiql: null,
    logger,
  })
  opened.defer(() => app.close())
  const db = new pg.Client(postgres.url)
  await db.connect()
  opened.defer(() => db.end())

  for (let n = 0; n < records; n++) {
    const startedAt = Date.now() - 3_600_000 - n * 60_000
    simulator.addCall({ from: `+1415${5_550_000 + (n % 5_000)}`, to: admin.number, startedAt })
  }
  const operator = gatewayAt({ url: app.url, apiKey: operatorKey, simulatorUrl: simulator.url })
  const { createTenant } = await operator.ask(
    'mutation { createTenant(input: { name: "Bench" }) { ... on Tenant { id } } }',
  )
  const { createApiKey } = await operator.ask(
    `mutation ($tenantId: ID!) { createApiKey(input: { tenantId: $tenantId, name: "bench", scopes: ["extensions:read", "extensions:connect"] }) {
      ... on IssuedApiKey { secret } } }`,
    { tenantId: createTenant.id },
  )
  const tenant = gatewayAt({ ...operator, apiKey: createApiKey.secret })

  const startedAt = performance.now()
  const connected = tenant.connect(admin.extensionId)
  while ((await count(db)) < records) {
    await db.query('DELETE FROM "Budget"')
    await sleep(50)
  }
  const ours = [performance.now() - startedAt]
  await connected

  const { rows } = await db.query('SELECT "line" FROM "CallRecord" LIMIT $1', [records])
  await db.query('CREATE TABLE bench_bare (id bigserial PRIMARY KEY, body text)')
  const bareStartedAt = performance.now()
  for (const { line } of rows) {
    await db.query('INSERT INTO bench_bare (body) VALUES ($1)', [JSON.stringify(line)])
  }
  return [
    {
      what: `sync of ${records} call records`,
      unit: 'ms',
      ours,
      baseline: { name: 'pg: one INSERT each', samples: [performance.now() - bareStartedAt] },
      promised: 30_000,
    },
  ]
}

async function count(db: pg.Client): Promise<number> {
  const { rows } = await db.query('SELECT count(*)::int AS count FROM "CallRecord"')
  return rows[0].count
}
