import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { type Running, run } from '../processes.ts'

const script = fileURLToPath(new URL('../baseline/server.ts', import.meta.url))

export type Baseline = Running & {
  url: string
  /** What it calls when it has accepted something: how long after, in milliseconds, for each. */
  calledAfter: number[]
  /** The next call. */
  call(): Promise<unknown>
}

/** The least that could do the same, on a Postgres of its own, and somebody whom it calls. */
export async function withBaseline<Result>(
  home: string,
  work: (baseline: Baseline) => Promise<Result>,
): Promise<Result> {
  await using opened = new AsyncDisposableStack()
  const dataDir = join(home, 'baseline')
  const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) })
  opened.defer(() => postgres.stop())
  const calledAfter: number[] = []
  const called = createServer(async (request, response) => {
    const calledAt = performance.timeOrigin + performance.now()
    calledAfter.push(calledAt - Number(await text(request)))
    response.end()
    called.emit('called')
  })
  await once(called.listen(0, '127.0.0.1'), 'listening')
  opened.defer(() => {
    called.closeAllConnections()
    called.close()
  })
  const address = called.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const server = await run([script, postgres.url, `http://127.0.0.1:${port}/`], {
    ready: /listening on (\d+)\n/,
    isProbed: false,
  })
  opened.defer(() => server.stop())
  return await work({
    ...server,
    url: `http://127.0.0.1:${server.line.match(/\d+/)?.[0]}`,
    calledAfter,
    call: () => once(called, 'called'),
  })
}
