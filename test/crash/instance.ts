import { flushCompileCache } from 'node:module'
import { createApp } from '../../src/app.ts'
import { surviveLostConnections } from '../../src/db/stray-rejections.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createTrappedFetch, type Trap } from './trap.ts'

// One process of the gateway, as instance-process.ts starts it. What it needs to know stands in its argument.
const { logLevel, clockAheadMs = 0, ...options } = JSON.parse(process.argv[2] ?? '{}')
// Nobody outlives the rig.
process.on('disconnect', () => process.exit())

const trapped = createTrappedFetch()
process.on('message', (trap: Trap) => trapped.set(trap))

const logger = createLogger(logLevel, process.stderr)
surviveLostConnections(logger)
const app = await createApp({
  port: 0,
  redisUrl: null,
  encryptionKeys: [{ id: 'crash', key: Buffer.alloc(32, 7) }],
  tokenCallsPerMinute: 100_000,
  graphiql: null,
  logger,
  fetch: trapped.fetch,
  clock: { now: () => new Date(Date.now() + clockAheadMs) },
  ...options,
})
process.send?.({ port: app.port })
// Usually done on exit, which no instance here lives to see.
flushCompileCache()
