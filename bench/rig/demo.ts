import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { freePort } from '../../test/support/free-port.ts'
import { type Gateway, openGateway } from '../gateway.ts'
import type { Bench } from '../parts/part.ts'
import { type Running, run } from '../processes.ts'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** As a newcomer starts it: with the simulator, a demo tenant and a Postgres of its own. */
export async function startDemo(
  dataDir: string,
  env: Record<string, string> = {},
): Promise<Running> {
  // With the flag of `npm start`: a small nursery for objects, which spares 30 MB.
  return run(['--max-semi-space-size=8', main], {
    ready: /RingQL is ready/,
    isProbed: false,
    env: {
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      SIMULATOR_PORT: String(await freePort()),
      DATABASE_URL: '',
      NODE_ENV: '',
      // One key asks all there is to ask: it is not to run into its limit.
      COST_PER_MINUTE: '1000000000',
      ...env,
    },
  })
}

/** Does some work with a demo of its own, and with its database, into which it puts what is many. */
export async function withDemo<Result>(
  { home }: Pick<Bench, 'home'>,
  part: string,
  work: (gateway: Gateway & { number: string }, db: pg.Client, running: Running) => Promise<Result>,
  env: Record<string, string> = {},
): Promise<Result> {
  const dataDir = join(home, part)
  const running = await startDemo(dataDir, env)
  const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) })
  const db = new pg.Client(postgres.url)
  try {
    await db.connect()
    return await work(await openGateway(dataDir), db, running)
  } finally {
    await db.end()
    await postgres.stop()
    await running.stop()
  }
}
