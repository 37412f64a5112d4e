import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import { recordingRoutes } from './calls/recording-routes.ts'
import type { Recordings } from './calls/recordings.ts'
import type { Db } from './db/client.ts'
import type { EventFeed } from './events/feed.ts'
import { connectRoutes } from './extensions/connect-routes.ts'
import { restRoutes } from './extensions/rest-routes.ts'
import type { ExtensionService } from './extensions/service.ts'
import type { GraphiQLWelcome } from './graphql/graphiql.ts'
import { graphqlRoutes } from './graphql/http.ts'
import { answerHeaders } from './http/answer-headers.ts'
import type { AddressOf } from './http/client-address.ts'
import { healthRoutes } from './http/health-routes.ts'
import type { Clock } from './lib/clock.ts'
import type { Logger } from './lib/logger.ts'
import { requestScope } from './lib/request-scope.ts'
import { uploadRoutes } from './media/upload-routes.ts'
import type { Uploads } from './media/uploads.ts'
import { attachmentRoutes } from './messages/attachment-routes.ts'
import type { Attachments } from './messages/attachments.ts'
import { metrics } from './metrics.ts'
import type { Authenticate } from './tenants/authenticate.ts'

export const recordingsPath = '/v1/rc/recordings'
export const attachmentsPath = '/v1/rc/attachments'
export const uploadsPath = '/v1/rc/uploads'

/** The HTTP surface, all of it but for where RingCentral posts (inbound/webhook-listener.ts). */
export function createRoutes(deps: {
  /** A worker answers health checks and nothing else. */
  serves: boolean
  transport: Omit<Parameters<typeof graphqlRoutes>[0], 'graphiql'>
  graphiql: (() => GraphiQLWelcome) | null
  db: Db
  extensions: ExtensionService
  recordings: Recordings
  attachments: Attachments
  uploads: Uploads
  authenticate: Authenticate
  addressOf: AddressOf
  feed: EventFeed
  /** What every answer carries. */
  headers: Record<string, string>
  publicUrl: string
  appServers: readonly string[]
  isReady: () => Promise<boolean>
  clock: Clock
  logger: Logger
}) {
  const { logger, addressOf } = deps
  const routes = new Hono<{ Bindings: HttpBindings }>()
  routes.onError((error, c) => {
    // Not our fault: a body beyond the limit, for example.
    if (error instanceof HTTPException) return error.getResponse()
    logger.error({ err: error, route: routePath(c, -1) }, 'A request failed')
    return c.json({ error: 'Something went wrong on our side' }, 500)
  })
  routes.notFound((c) => c.json({ error: 'Not found' }, 404))

  const { door } = deps.transport
  routes.use((c, next) => {
    const { requestId = randomUUID() } = door.foundOut(c.env.incoming) ?? {}
    return requestScope.run({ requestId, address: addressOf(c.env.incoming) }, next)
  })
  routes.use(answerHeaders(deps.headers))
  routes.route('/', healthRoutes({ isReady: deps.isReady, gauges: metrics(deps) }))
  if (!deps.serves) return routes

  routes.route('/graphql', graphqlRoutes({ ...deps.transport, graphiql: deps.graphiql }))
  routes.route(recordingsPath, recordingRoutes(deps))
  routes.route(attachmentsPath, attachmentRoutes(deps))
  routes.route(uploadsPath, uploadRoutes(deps))
  routes.route('/v1/rc', restRoutes(deps))
  routes.route('/v1/rc', connectRoutes(deps))
  if (deps.graphiql) routes.get('/', (c) => c.redirect('/graphql', 302))
  return routes
}
