import { existsSync } from 'node:fs'
import { createApp } from './app.ts'
import { ConfigError, loadConfig } from './config.ts'
import { connectDemo, forgetDemo, writeDemo } from './demo.ts'
import type { GraphiQLWelcome } from './graphql/graphiql.ts'
import { createLogger } from './lib/logger.ts'
import { ensureSecrets } from './secrets-file.ts'
import { startDatabase, startSimulatedRingCentral } from './stand-ins.ts'
import { announce, firstQuery } from './welcome.ts'

const stopWithinMs = 9_500

try {
  await main()
} catch (error) {
  if (error instanceof ConfigError) {
    console.error(error.message)
    for (const fault of error.faults) console.error(`  - ${fault}`)
  } else {
    console.error('RingQL could not start:', explain(error))
  }
  process.exit(1)
}

async function main() {
  const startedAt = performance.now()
  if (existsSync('.env')) process.loadEnvFile()
  const config = loadConfig(process.env)
  const logger = createLogger(config.logLevel)
  await using opened = new AsyncDisposableStack()

  const demoBefore = config.ringCentral ? undefined : await forgetDemo(config.dataDir)
  const database = await startDatabase(config, logger)
  opened.defer(() => database.stop())
  // After Postgres has made the directory: it must be able to enter it.
  const secrets = await ensureSecrets(config)
  const simulator = config.ringCentral ? undefined : await startSimulatedRingCentral(config)
  opened.defer(async () => simulator?.close())
  const ringCentral = config.ringCentral ?? simulator
  if (!ringCentral) throw new Error('There is neither RingCentral nor a simulator')

  let welcome: GraphiQLWelcome = { headers: { authorization: 'Bearer ' }, query: firstQuery }
  const app = await createApp({
    ...config,
    ...secrets,
    ringCentral,
    databaseUrl: database.url,
    graphiql: config.production ? null : () => welcome,
    logger,
  })
  opened.defer(() => app.close())
  const running = opened.move()
  stopOnSignal(() => running.disposeAsync())

  const demo =
    simulator && config.role !== 'worker'
      ? await connectDemo({
          url: app.url,
          simulatorUrl: simulator.serverUrl,
          operatorKey: secrets.operatorKey,
          before: demoBefore,
        })
      : undefined
  if (demo) {
    welcome = { headers: { authorization: `Bearer ${demo.apiKey}` }, query: firstQuery }
    await writeDemo(config.dataDir, demo)
  }
  announce({
    url: app.url,
    role: config.role,
    graphiql: !config.production,
    notice: database.notice,
    operatorKey: config.operatorKey ? undefined : secrets.operatorKey,
    demo,
    seconds: (performance.now() - startedAt) / 1000,
  })
}

/** Once: in order, within ten seconds. Twice: at once. */
function stopOnSignal(stop: () => Promise<void>) {
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      setTimeout(() => {
        console.error('RingQL did not stop in time; leaving anyway.')
        process.exit(1)
      }, stopWithinMs).unref()
      stop().then(
        () => process.exit(0),
        (error) => {
          console.error('RingQL did not stop cleanly:', explain(error))
          process.exit(1)
        },
      )
    })
  }
}

function explain(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') {
    return `port ${port} is taken. Stop what listens there, or set PORT (or SIMULATOR_PORT) to another one.`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
