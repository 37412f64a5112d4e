import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { freePort } from '../../test/support/free-port.ts'
import { createTenant, gatewayAt, type TenantGateway } from '../gateway.ts'
import { ask } from '../ipc.ts'
import type { Webhook } from '../load/requests.ts'
import { type Running, run } from '../processes.ts'
import type { Person } from './simulator.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const simulatorMain = fileURLToPath(new URL('simulator.ts', import.meta.url))
const operatorKey = 'operator-key-of-the-bench'
const limits = {
  // One key stands for a whole company: it is not to run into its limits.
  COST_PER_MINUTE: '1000000000',
  STREAMS_PER_KEY: '20000',
  STREAMS_PER_ADDRESS: '20000',
}

export type Production = Awaited<ReturnType<typeof startProduction>>
export type ProductionGateway = Running & {
  url: string
  createTenant(): Promise<TenantGateway>
}

/** What a gateway in production stands on: a Postgres and a RingCentral, each in processes of its own. */
export async function startProduction(home: string) {
  await using opened = new AsyncDisposableStack()
  const dataDir = join(home, 'production')
  const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) })
  opened.defer(() => postgres.stop())
  const simulator = await run([simulatorMain], { ready: /listening at (\S+)\n/ })
  opened.defer(() => simulator.stop())
  const simulatorUrl = simulator.line.split(' ').at(-1)?.trim() ?? ''
  const running = opened.move()

  return {
    databaseUrl: postgres.url,
    simulator: {
      webhooks: (people: Person[]) => ask<Webhook[]>(simulator.process, 'webhooks', people),
      /** Makes a text arrive. Answers when. */
      receive: (text: { from: string; to: string; text: string }) =>
        ask<number>(simulator.process, 'receive', text),
      /** When each text was accepted, by its words. */
      accepted: () => ask<Record<string, number>>(simulator.process, 'accepted'),
    },

    /** So many people who have connected their extensions to a tenant. */
    async connectPeople(tenant: TenantGateway, count: number): Promise<Person[]> {
      const people = await ask<Person[]>(simulator.process, 'hire', count)
      for (const { extensionId } of people) await tenant.connect(extensionId)
      return people
    },

    /** One more database in the same Postgres. */
    async createDatabase(name: string): Promise<string> {
      const client = new pg.Client(postgres.url)
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      const url = new URL(postgres.url)
      url.pathname = `/${name}`
      return url.href
    },

    /** One more process of the gateway, as `npm start` starts it where NODE_ENV is production. */
    async startGateway(env: Record<string, string> = {}): Promise<ProductionGateway> {
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      const gateway = await run(['--max-semi-space-size=8', main], {
        ready: /RingQL is ready/,
        env: {
          NODE_ENV: 'production',
          PORT: String(port),
          PUBLIC_URL: url,
          DATABASE_URL: postgres.url,
          DATA_DIR: dataDir,
          ENCRYPTION_KEYS: `bench:${Buffer.alloc(32, 7).toString('base64')}`,
          OPERATOR_KEY: operatorKey,
          RINGCENTRAL_SERVER_URL: simulatorUrl,
          RINGCENTRAL_CLIENT_ID: 'simulator-client',
          RINGCENTRAL_CLIENT_SECRET: 'simulator-secret',
          RINGCENTRAL_TOKEN_CALLS_PER_MINUTE: '600',
          ...limits,
          ...env,
        },
      })
      const operator = gatewayAt({ url, apiKey: operatorKey, simulatorUrl })
      return { ...gateway, url, createTenant: () => createTenant(operator) }
    },

    stop: () => running.disposeAsync(),
  }
}
