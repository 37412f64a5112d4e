import { createAcceptBatch } from './batches/accept-batch.ts'
import { createBatchChanges } from './batches/change-batch.ts'
import { createAcceptCall } from './calls/accept-call.ts'
import { createActiveCalls } from './calls/active-calls.ts'
import { requestAdoption } from './calls/adopt-calls.ts'
import { createCallControl } from './calls/control.ts'
import { endUnfollowed } from './calls/end-unfollowed.ts'
import { createRecordings } from './calls/recordings.ts'
import { requestCallSync } from './calls/request-call-sync.ts'
import { createConsents } from './consents/service.ts'
import { createConversationChanges } from './conversations/changes.ts'
import { createDatabase, type Db } from './db/client.ts'
import { migrate } from './db/migrate.ts'
import { createEventLog } from './events/event-log.ts'
import { createEventFeed } from './events/feed.ts'
import { createHints } from './events/hint-carrier.ts'
import type { PaceLimits } from './events/pace.ts'
import { postgresCarrier } from './events/postgres-carrier.ts'
import { redisCarrier } from './events/redis-carrier.ts'
import { createExtensionAccess } from './extensions/access.ts'
import { createConnecting } from './extensions/connect.ts'
import { createConnectLinks } from './extensions/connect-link.ts'
import { createDisconnecting } from './extensions/disconnect.ts'
import { createGrants } from './extensions/grants.ts'
import { createExtensionService } from './extensions/service.ts'
import { createTokenEndpoint } from './extensions/token-endpoint.ts'
import { createUpdateExtension } from './extensions/update-extension.ts'
import type { GraphiQLWelcome } from './graphql/graphiql.ts'
import type { MakeContext } from './graphql/http.ts'
import type { KeepAliveLimits } from './graphql/keep-alive.ts'
import { createWebSocketServer } from './graphql/websocket.ts'
import { createGraphQLEngine } from './graphql/yoga.ts'
import { beginHistory, createImportHistory } from './history/begin.ts'
import { createMediaAddresses } from './http/media-addresses.ts'
import { createHttpServer } from './http/server.ts'
import { startPulse } from './inbound/pulse.ts'
import { createJobQueue } from './jobs/queue.ts'
import { type Clock, seconds, systemClock } from './lib/clock.ts'
import type { Logger } from './lib/logger.ts'
import { createSealer, type SealingKey } from './lib/sealer.ts'
import { createUrlSigner } from './lib/url-signer.ts'
import { createDiskStore } from './media/disk-store.ts'
import { createPostgresStore } from './media/postgres-store.ts'
import { createUploads } from './media/uploads.ts'
import { createAcceptInternal } from './messages/accept-internal.ts'
import { createAcceptSms } from './messages/accept-sms.ts'
import { createAttachments } from './messages/attachments.ts'
import { createCancelMessage } from './messages/cancel.ts'
import { cancelOptedOut } from './messages/cancel-opted-out.ts'
import { createEstimateSendAt } from './messages/estimate-send-at.ts'
import { failNotConnected } from './messages/fail-queued.ts'
import { createLaneAlarms } from './messages/lane-alarms.ts'
import { watchLostLanes } from './messages/lost-lanes.ts'
import { createPreflight } from './messages/preflight.ts'
import { createReadState } from './messages/read-state.ts'
import { createSyncNow } from './messages/request-sync.ts'
import { createRescheduleMessage } from './messages/reschedule.ts'
import { createResolveUnconfirmed } from './messages/resolve-unconfirmed.ts'
import { wakeLane } from './messages/send-lane.ts'
import { createAddressBooks } from './people/address-books.ts'
import { createContactChanges } from './people/contact-changes.ts'
import { correctEntry } from './people/correct-entry.ts'
import { createDirectory } from './people/directory.ts'
import { forgetPeople } from './people/forget.ts'
import { createMappings } from './people/mappings.ts'
import { nameOf } from './people/names.ts'
import { numbersNamed } from './people/numbers-named.ts'
import { createPresences } from './people/presences.ts'
import { requestContacts } from './people/request-contacts.ts'
import { requestDirectoryOf } from './people/request-directory.ts'
import { createSetPresence } from './people/set-presence.ts'
import { createRingCentral } from './ringcentral/client.ts'
import { attachmentsPath, createRoutes, recordingsPath, uploadsPath } from './routes.ts'
import { schema } from './schema.ts'
import { forgetTemplates } from './templates/forget.ts'
import { requestTemplates } from './templates/request-templates.ts'
import { createTemplates } from './templates/templates.ts'
import { createAuthenticate } from './tenants/authenticate.ts'
import { createLiveViewers } from './tenants/live-viewers.ts'
import { createTenantService } from './tenants/service.ts'
import { createSettings } from './tenants/settings.ts'
import { implementations, jobs, schedules } from './workers.ts'

/** Everything an instance needs to know, with nothing left to be found out. */
export type AppOptions = {
  port: number
  /** Where people and RingCentral reach us; http://localhost and the port if null. */
  publicUrl: string | null
  /** Where the web processes are reached, if that is elsewhere: asked when RingCentral is to be told. */
  webUrl?: () => string
  databaseUrl: string
  redisUrl: string | null
  /** The directory where media are kept; in Postgres if there is none. */
  mediaDir?: string | null
  encryptionKeys: SealingKey[]
  operatorKey: string
  ringCentral: { serverUrl: string; clientId: string; clientSecret: string | null }
  tokenCallsPerMinute: number
  role: 'all' | 'web' | 'worker'
  /** What GraphiQL shows first; null: no GraphiQL. */
  graphiql: (() => GraphiQLWelcome) | null
  logger: Logger
  clock?: Clock
  fetch?: typeof globalThis.fetch
  /** How long after a send that nobody answered RingCentral's store is read. */
  settleMs?: number
  /** How long an extension's lane rests when RingCentral cannot be reached. */
  restMs?: number
  /** How long after its end a call is in RingCentral's log. */
  logLagMs?: number
  /** When a subscriber is too slow. */
  pace?: Partial<PaceLimits>
  /** When a client on the line is given up. */
  keepAlive?: Partial<KeepAliveLimits>
}

export type App = { url: string; port: number; close(): Promise<void> }

const drainHttpWithin = seconds(2)

/**
 * Puts an instance together, each thing once and in order, and starts it. What is opened is adopted
 * by the stack; stopping is the same list backwards: not ready, sockets, HTTP, jobs, pools.
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { logger, clock = systemClock, settleMs = seconds(60) } = options
  const { logLagMs = seconds(30) } = options
  await using opened = new AsyncDisposableStack()
  const works = options.role !== 'web'
  const serves = options.role !== 'worker'

  await migrate(options.databaseUrl, { log: logger })
  const http = await listen(options)
  const url = options.publicUrl ?? `http://localhost:${http.port}`

  // Also when something below fails: otherwise the process would never end.
  await using listening = new AsyncDisposableStack()
  listening.defer(() => http.close({ withinMs: 0 }))

  const db = createDatabase({
    url: options.databaseUrl,
    applicationName: `ringql-${options.role}`,
    poolSize: 20,
  })
  opened.defer(() => db.$disconnect())
  const hints = await createHints(
    options.redisUrl
      ? redisCarrier(options.redisUrl, logger)
      : postgresCarrier(options.databaseUrl, logger),
    (error) => logger.warn({ err: error }, 'An event hint was not sent; the others will poll'),
  )
  opened.defer(() => hints.close())
  const queue = await createJobQueue({ databaseUrl: options.databaseUrl, jobs, works, logger })
  opened.defer(() => queue.close())

  const store = options.mediaDir ? await createDiskStore(options.mediaDir) : createPostgresStore(db)

  const sealer = createSealer(options.encryptionKeys)
  const { serverUrl, clientId, clientSecret } = options.ringCentral
  const ringCentral = createRingCentral({
    serverUrl,
    clientId,
    ...(clientSecret && { clientSecret }),
    ...(options.fetch && { fetch: options.fetch }),
  })

  const eventLog = createEventLog({ db, hints })
  const feed = createEventFeed({ db, hints, logger, pace: options.pace })
  const tenants = createTenantService({ db, queue, clock })
  const settings = createSettings({ db, queue })
  const tokenEndpoint = createTokenEndpoint({
    db,
    oauth: ringCentral.oauth,
    callsPerMinute: options.tokenCallsPerMinute,
    clock,
  })
  const grants = createGrants({ db, eventLog, sealer, tokenEndpoint, clock, logger })
  const access = createExtensionAccess({ db, grants, ringCentral, clock, logger })
  const links = createConnectLinks({ db, clock })
  const connecting = createConnecting({
    db,
    eventLog,
    links,
    queue,
    ringCentral,
    tokenEndpoint,
    sealer,
    redirectUri: `${url}/v1/rc/callback`,
    clock,
    logger,
    onConnect: async (tx, extensionRowId) => {
      // What waited for the grant to come back goes out now.
      await wakeLane(tx, queue, extensionRowId)
      await requestCallSync(tx, queue, extensionRowId)
      await requestAdoption(tx, queue, extensionRowId)
      await requestDirectoryOf(tx, { queue, clock }, extensionRowId)
      await requestContacts(tx, { queue, clock }, extensionRowId)
      await beginHistory(tx, { queue, clock }, extensionRowId)
      await requestTemplates(tx, queue, extensionRowId)
    },
  })
  const disconnecting = createDisconnecting({
    eventLog,
    queue,
    clock,
    onDisconnect: async (tx, record, extensionRowIds) => {
      await failNotConnected(tx, record, extensionRowIds)
      await forgetPeople(tx, extensionRowIds)
      await forgetTemplates(tx, extensionRowIds)
      const theirs = { extensionRowIds: { hasSome: extensionRowIds } }
      await endUnfollowed(tx, record, theirs, clock.now())
    },
  })
  const extensions = createExtensionService({
    db,
    queue,
    links,
    connecting,
    disconnecting,
    publicUrl: url,
  })
  const updateExtension = createUpdateExtension({
    db,
    eventLog,
    access,
    extensions,
    onChange: correctEntry,
    clock,
  })
  const acceptSms = createAcceptSms({ db, eventLog, queue, clock })
  const acceptBatch = createAcceptBatch({ db, queue, clock })
  const batchChanges = createBatchChanges({ eventLog, queue, clock })
  const preflight = createPreflight({ db, clock })
  const templates = createTemplates({ db, clock })
  const estimateSendAt = createEstimateSendAt({ clock })
  const consents = createConsents({ db, eventLog, queue, clock, onOptOut: cancelOptedOut })
  const cancelMessage = createCancelMessage({ eventLog, clock })
  const rescheduleMessage = createRescheduleMessage({ eventLog, queue, clock })
  const resolveUnconfirmed = createResolveUnconfirmed({ eventLog, queue, clock })
  const conversationChanges = createConversationChanges({ eventLog, clock })
  const readState = createReadState({ db, eventLog, queue })
  const importHistory = createImportHistory({ db, eventLog, extensions, queue, clock })
  const syncNow = createSyncNow({ db, queue, extensions })
  const activeCalls = createActiveCalls({ db, eventLog, queue, access, logLagMs, clock, logger })
  const acceptCall = createAcceptCall({ db, eventLog, queue, clock })
  const callControl = createCallControl({ db, eventLog, access, clock })
  const recordings = createRecordings({
    db,
    access,
    addresses: createMediaAddresses({
      signer: createUrlSigner(options.encryptionKeys, 'recordings'),
      base: `${url}${recordingsPath}`,
      clock,
    }),
  })
  const uploads = createUploads({
    db,
    store,
    signer: createUrlSigner(options.encryptionKeys, 'uploads'),
    base: `${url}${uploadsPath}`,
    clock,
  })
  const attachments = createAttachments({
    db,
    access,
    store,
    addresses: createMediaAddresses({
      signer: createUrlSigner(options.encryptionKeys, 'attachments'),
      base: `${url}${attachmentsPath}`,
      clock,
    }),
  })
  const directory = createDirectory({ db, queue, clock })
  const presences = createPresences({ db, eventLog, access, clock, logger })
  const setPresence = createSetPresence({ db, extensions, presences, clock })
  const addressBooks = createAddressBooks({ db, queue, clock })
  const contactChanges = createContactChanges({ db, access, extensions, addressBooks, clock })
  const acceptInternal = createAcceptInternal({
    db,
    eventLog,
    queue,
    clock,
    refreshDirectory: directory.refresh,
  })
  const mappings = createMappings({ db, directory, clock })

  if (works) {
    const alarms = createLaneAlarms({ db, queue, clock, logger })
    opened.defer(() => alarms.close())
    await queue.work(
      implementations({
        db,
        eventLog,
        queue,
        access,
        alarms,
        store,
        presences,
        grants,
        disconnecting,
        ringCentral,
        tokenEndpoint,
        tokenCallsPerMinute: options.tokenCallsPerMinute,
        sealer,
        webUrl: options.webUrl ?? (() => url),
        settleMs,
        restMs: options.restMs,
        logLagMs,
        activeCalls,
        clock,
        logger,
      }),
      schedules,
    )
    const lostLanes = watchLostLanes({ db, queue, logger })
    opened.defer(() => lostLanes.close())
  }

  const authenticate = createAuthenticate({ db, operatorKey: options.operatorKey, clock, logger })
  const live = createLiveViewers({ db, logger })
  opened.defer(() => live.close())
  const engine = createGraphQLEngine({ schema, logger })
  const services = {
    tenants,
    settings,
    extensions,
    updateExtension,
    acceptSms,
    preflight,
    templates,
    acceptInternal,
    acceptBatch,
    estimateSendAt,
    batchChanges,
    cancelMessage,
    rescheduleMessage,
    consents,
    resolveUnconfirmed,
    conversationChanges,
    readState,
    importHistory,
    syncNow,
    acceptCall,
    callControl,
    activeCalls,
    recordings,
    attachments,
    uploads,
    directory,
    mappings,
    presences,
    setPresence,
    addressBooks,
    contactChanges,
    nameOf,
    numbersNamed,
    feed,
  }
  const makeContext: MakeContext = (viewer, requestId, ended) => ({
    viewer,
    requestId,
    db,
    logger,
    services,
    ...(ended && { ended }),
  })
  const transport = {
    engine,
    identify: authenticate,
    watch: live.watch,
    makeContext,
    keepAliveLimits: options.keepAlive,
  }
  const webSocket = createWebSocketServer({ ...transport, logger })

  let stopping = false
  http.serve(
    createRoutes({
      serves,
      transport,
      graphiql: options.graphiql,
      db,
      queue,
      sealer,
      extensions,
      recordings,
      attachments,
      uploads,
      authenticate,
      feed,
      publicUrl: url,
      ringCentralUrl: serverUrl,
      isReady: async () => !stopping && (await answers(db)),
      clock,
      logger,
    }),
  )
  if (serves) {
    http.upgrade('/graphql', webSocket.sockets)
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

/** A worker listens for health checks only; beside a web process on the same machine, on another port. */
async function listen({ port, role, logger }: AppOptions) {
  try {
    return await createHttpServer({ port })
  } catch (error) {
    if (role !== 'worker' || (error as { code?: string }).code !== 'EADDRINUSE') throw error
    const http = await createHttpServer({ port: 0 })
    logger.warn(`Port ${port} is taken: health checks are answered on port ${http.port}`)
    return http
  }
}

async function answers(db: Db): Promise<boolean> {
  return db.$queryRaw`SELECT 1`.then(
    () => true,
    () => false,
  )
}
