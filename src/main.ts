import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApp } from './app.ts'
import { type Config, ConfigError, loadConfig } from './config.ts'
import { isDatabaseUnavailable } from './db/errors.ts'
import { surviveLostConnections } from './db/stray-rejections.ts'
import { connectDemo, type Demo, NoWorkerError, recallDemo, retireDemo, writeDemo } from './demo.ts'
import type { GraphiQLWelcome } from './graphql/graphiql.ts'
import { costLimitOf } from './graphql/limit-cost.ts'
import { seconds } from './lib/clock.ts'
import { createLogger, type Logger } from './lib/logger.ts'
import { KeysRefusedError } from './secrets/key-errors.ts'
import { ensureSecrets } from './secrets-file.ts'
import { startDatabase, startSimulatedRingCentral } from './stand-ins.ts'
import { findWebUrl, leaveWebUrl } from './web-url.ts'
import { announce, firstQuery } from './welcome.ts'

const stopWithinMs = 9_500
const waitForDatabaseMs = seconds(60)

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
  const starting = start(config)
  const signalled = stopOnSignal(async () => (await starting).close())
  const gateway = await starting
  try {
    await introduce(config, gateway, startedAt)
  } catch (error) {
    // Stopped before it had been introduced.
    if (signalled.aborted) return
    await gateway.close()
    throw error
  }
}

type Gateway = Awaited<ReturnType<typeof start>>

/** Starts the parts, each on the one before; what has been started stops again if a later one fails. */
async function start(config: Config) {
  const logger = createLogger(config.logLevel)
  surviveLostConnections(logger)
  const demonstrates = !config.ringCentral && config.role !== 'worker'
  await using opened = new AsyncDisposableStack()

  const demoBefore = demonstrates ? await recallDemo(config.dataDir) : undefined
  opened.defer(async () => {
    if (demonstrates) await retireDemo(config.dataDir)
  })
  const database = await startDatabase(config, logger)
  opened.defer(() => database.stop())
  // After Postgres has made the directory: it must be able to enter it.
  const secrets = await ensureSecrets(config)
  const simulator = config.ringCentral ? undefined : await startSimulatedRingCentral(config)
  opened.defer(async () => simulator?.close())
  const ringCentral = config.ringCentral ?? simulator
  if (!ringCentral) throw new Error('There is neither RingCentral nor a simulator')

  const graphiql: { welcome: GraphiQLWelcome } = {
    welcome: { headers: { authorization: 'Bearer ' }, query: firstQuery },
  }
  const app = await onceDatabaseAnswers(logger, () =>
    createApp({
      ...config,
      ...secrets,
      ringCentral,
      databaseUrl: database.url,
      mediaDir: config.mediaStore === 'disk' ? join(config.dataDir, 'media') : null,
      ...(config.role === 'worker' &&
        !config.publicUrl && { webUrl: () => findWebUrl(config.dataDir) }),
      costLimit: costLimitOf(config.costPerMinute),
      streamLimits: { perKey: config.streamsPerKey, perAddress: config.streamsPerAddress },
      graphiql: config.graphiql ? () => graphiql.welcome : null,
      logger,
    }),
  )
  opened.defer(() => app.close())
  if (config.role !== 'worker' && !config.publicUrl) await leaveWebUrl(config.dataDir, app.url)

  const running = opened.move()
  return {
    url: app.url,
    notice: database.notice,
    operatorKey: secrets.operatorKey,
    simulatorUrl: demonstrates ? simulator?.serverUrl : undefined,
    demoBefore,
    graphiql,
    close: () => running.disposeAsync(),
  }
}

/** A database that is restarting, or starts a little later than we do, is waited for. */
async function onceDatabaseAnswers<Result>(
  logger: Logger,
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (const giveUpAt = Date.now() + waitForDatabaseMs; ; await sleep(1_000)) {
    try {
      return await attempt()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || Date.now() > giveUpAt) throw error
      logger.warn({ err: error }, 'The database does not answer; trying again')
    }
  }
}

/** Connects the demo tenant, where there is one, and says how to go on. */
async function introduce(config: Config, gateway: Gateway, startedAt: number) {
  const { url, operatorKey, simulatorUrl, demoBefore, graphiql } = gateway
  const notices = gateway.notice ? [gateway.notice] : []
  let demo: Demo | undefined
  if (simulatorUrl) {
    const connecting = connectDemo({ url, simulatorUrl, operatorKey, before: demoBefore })
    demo = await connecting.catch((error) => {
      // A web process serves without a worker, too; only the demo is nothing without one.
      if (!(error instanceof NoWorkerError) || config.role !== 'web') throw error
      notices.push(error.message)
      return undefined
    })
  }
  if (demo) {
    graphiql.welcome = { headers: { authorization: `Bearer ${demo.apiKey}` }, query: firstQuery }
    await writeDemo(config.dataDir, demo)
  }
  announce({
    url,
    role: config.role,
    graphiql: config.graphiql,
    notices,
    operatorKey: config.operatorKey ? undefined : operatorKey,
    demo,
    seconds: (performance.now() - startedAt) / 1000,
  })
}

/** Once: in order, within ten seconds. Twice: at once. Tells by a signal of its own that it has begun. */
function stopOnSignal(stop: () => Promise<void>): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(1)
      stopping.abort()
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
  return stopping.signal
}

function explain(error: unknown): string {
  if (error instanceof KeysRefusedError) return error.message
  const { code, port } = error as { code?: string; port?: number }
  if (code === 'EADDRINUSE') {
    return `port ${port} is taken. Stop what listens there, or set PORT (or SIMULATOR_PORT) to another one.`
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
