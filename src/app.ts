import type { AppOptions } from './app-options.ts'
import { createDatabase, createTenantPool, type Db } from './db/client.ts'
import { migrate } from './db/migrate.ts'
import { createReadRows } from './db/read-rows.ts'
import { openQueue, raiseWall } from './db/wall.ts'
import { createEventLog } from './events/event-log.ts'
import { createEventFeed } from './events/feed.ts'
import { createHints } from './events/hint-carrier.ts'
import { postgresCarrier } from './events/postgres-carrier.ts'
import { createReadEvents } from './events/read-events.ts'
import { redisCarrier } from './events/redis-carrier.ts'
import type { AppCredentials } from './extensions/apps.ts'
import { createUses } from './extensions/uses.ts'
import type { MakeContext } from './graphql/http.ts'
import { costLimitOf, defaultCostPerMinute } from './graphql/limit-cost.ts'
import { createStreamCount, defaultStreamLimits } from './graphql/limit-streams.ts'
import { defaultAnswerWithinMs } from './graphql/limit-time.ts'
import { createQuickDoor } from './graphql/quick-door.ts'
import { createWebSocketServer } from './graphql/websocket.ts'
import { createGraphQLEngine } from './graphql/yoga.ts'
import { headersOfAll } from './http/answer-headers.ts'
import { createAddressOf } from './http/client-address.ts'
import { createOrigins } from './http/origins.ts'
import { openWebhooks } from './inbound/open-webhooks.ts'
import { startPulse } from './inbound/pulse.ts'
import { createJobQueue } from './jobs/queue.ts'
import { seconds, systemClock } from './lib/clock.ts'
import { createSealer } from './lib/sealer.ts'
import { listen } from './listen.ts'
import { openMediaStore } from './media/open-store.ts'
import { createLaneAlarms } from './messages/lane-alarms.ts'
import { watchLostLanes } from './messages/lost-lanes.ts'
import { releaseTenant } from './reactions.ts'
import { createRingCentral } from './ringcentral/client.ts'
import { ringCentralServers } from './ringcentral/servers.ts'
import { createRoutes } from './routes.ts'
import { schema } from './schema.ts'
import { sealedColumns } from './sealed-columns.ts'
import { checkKeys } from './secrets/check-keys.ts'
import { openDataKeys } from './secrets/data-keys.ts'
import { createServices } from './services.ts'
import { createAuthenticate } from './tenants/authenticate.ts'
import { createLiveViewers } from './tenants/live-viewers.ts'
import { implementations, jobs, schedules } from './workers.ts'

export type { AppOptions }

export type App = { url: string; port: number; close(): Promise<void> }

const drainHttpWithin = seconds(2)

/**
 * Puts an instance together, each thing once and in order, and starts it. What is opened is adopted
 * by the stack; stopping is the same list backwards: not ready, sockets, HTTP, jobs, pools.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { logger, clock = systemClock, settleMs = seconds(60) } = options
  const { logLagMs = seconds(30), rowSecurity = true } = options
  await using opened = new AsyncDisposableStack()
  const works = options.role !== 'web'
  const serves = options.role !== 'worker'

  // Before anything is written: with a wrong key, even a migration would be too much.
  await checkKeys(options.databaseUrl, { ...options, columns: sealedColumns })
  await migrate(options.databaseUrl, { log: logger })
  const isWalled = rowSecurity && (await raiseWall(options.databaseUrl, logger))
  const http = await listen(options)
  const url = options.publicUrl ?? `http://localhost:${http.port}`

  // Also when something below fails: otherwise the process would never end.
  await using listening = new AsyncDisposableStack()
  listening.defer(() => http.close({ withinMs: 0 }))

  const pool = createTenantPool({
    url: options.databaseUrl,
    applicationName: `ringql-${options.role}`,
    poolSize: 20,
    isWalled,
  })
  const db = createDatabase({ pool })
  const readRows = createReadRows(pool)
  opened.defer(() => db.$disconnect())
  const uses = createUses({ db, logger })
  opened.defer(() => uses.close())
  const hints = await createHints(
    options.redisUrl
      ? redisCarrier(options.redisUrl, logger)
      : postgresCarrier(options.databaseUrl, logger),
    (error) => logger.warn({ err: error }, 'An event hint was not sent; the others will poll'),
  )
  opened.defer(() => hints.close())
  const queue = await createJobQueue({ databaseUrl: options.databaseUrl, jobs, works, logger })
  opened.defer(() => queue.close())
  if (isWalled) await openQueue(options.databaseUrl)

  const store = await openMediaStore(opened, {
    mediaDir: options.mediaDir ?? null,
    databaseUrl: options.databaseUrl,
    applicationName: `ringql-${options.role}-media`,
    db,
    logger,
  })

  const dataKeys = await openDataKeys({ db, ...options })
  opened.defer(() => dataKeys.close())
  const sealer = createSealer(dataKeys, options.encryptionKeys)
  const gatewayApp = options.ringCentral
  const reach = ({ serverUrl, clientId, clientSecret }: AppCredentials) =>
    createRingCentral({
      serverUrl,
      clientId,
      ...(clientSecret && { clientSecret }),
      ...(options.fetch && { fetch: options.fetch }),
    })
  const others = options.otherServers ?? ringCentralServers
  const appServers = [...new Set([gatewayApp.serverUrl, ...others])]

  const eventLog = createEventLog({ db, hints })
  const feed = createEventFeed({
    db,
    readEvents: createReadEvents(readRows),
    hints,
    logger,
    pace: options.pace,
  })
  const floor = {
    db,
    readRows,
    queue,
    eventLog,
    feed,
    store,
    sealer,
    gatewayApp,
    appServers,
    reach,
    uses,
    logLagMs,
    clock,
    logger,
  }
  const { encryptionKeys, tokenCallsPerMinute } = options
  const parts = createServices({ ...floor, encryptionKeys, tokenCallsPerMinute, publicUrl: url })
  const { services } = parts

  if (works) {
    const alarms = createLaneAlarms(floor)
    opened.defer(() => alarms.close())
    await queue.work(
      implementations({
        ...floor,
        ...parts,
        ...parts.services,
        ...parts.reactions,
        onDelete: releaseTenant({ ...floor, ...parts }),
        alarms,
        tokenCallsPerMinute,
        webUrl: options.webUrl ?? (() => url),
        settleMs,
        restMs: options.restMs,
      }),
      schedules,
    )
    const lostLanes = watchLostLanes(floor)
    opened.defer(() => lostLanes.close())
  }

  const { operatorKey } = options
  const authenticate = createAuthenticate({ ...floor, ...parts, operatorKey })
  const addressOf = createAddressOf(options.trustedProxies ?? 0)
  const live = createLiveViewers(floor)
  opened.defer(() => live.close())
  const costLimit = options.costLimit ?? costLimitOf(defaultCostPerMinute)
  const { answerWithinMs = defaultAnswerWithinMs } = options
  const engine = createGraphQLEngine({ schema, costLimit, answerWithinMs, clock, logger })
  const origins = createOrigins({ ...options, listed: options.corsOrigins ?? [] })
  const makeContext: MakeContext = (viewer, requestId, ended) => ({
    viewer,
    requestId,
    db,
    readRows,
    logger,
    services,
    ...(ended && { ended }),
  })
  const headers = headersOfAll({ secure: url.startsWith('https:') })
  const who = { identify: authenticate, watch: live.watch, makeContext, addressOf, origins }
  const door = createQuickDoor({ ...who, engine, headers })
  const transport = {
    ...who,
    engine,
    door,
    streams: createStreamCount({ ...defaultStreamLimits, ...options.streamLimits }),
    logger,
    keepAliveLimits: options.keepAlive,
  }
  const webSocket = createWebSocketServer({ ...transport, clock })

  let stopping = false
  http.serve(
    createRoutes({
      serves,
      transport,
      graphiql: options.graphiql,
      ...floor,
      ...services,
      authenticate,
      addressOf,
      headers,
      publicUrl: url,
      isReady: async () => !stopping && (await answers(db)),
    }),
    serves
      ? { direct: openWebhooks(opened, { ...options, ...floor, addressOf }), door: door.open }
      : {},
  )
  if (serves) {
    http.upgrade('/graphql', webSocket.sockets, (request) => {
      if (!origins.mayConnect(request)) return '403 Forbidden'
      return webSocket.mayOpen(request) ? undefined : '429 Too Many Requests'
    })
    const pulse = startPulse({ db, queue, logger })
    opened.defer(() => pulse.close())
  }
  opened.defer(() => http.close({ withinMs: drainHttpWithin }))
  opened.defer(() => feed.close())
  opened.defer(() => webSocket.close())
  opened.defer(() => {
    stopping = true
  })

  listening.move()
  const running = opened.move()
  return { url, port: http.port, close: () => running.disposeAsync() }
}

async function answers(db: Db): Promise<boolean> {
  return db.$queryRaw`SELECT 1`.then(
    () => true,
    () => false,
  )
}
