import { Hono, type MiddlewareHandler } from 'hono'
import { controlRoutes } from '../control/routes.ts'
import { injectFaults } from '../faults/middleware.ts'
import { authorize, decide } from '../oauth/authorize.ts'
import { revokeToken } from '../oauth/revoke.ts'
import { exchangeToken } from '../oauth/token.ts'
import type { Simulation } from '../simulation.ts'
import { dispatch } from './dispatch.ts'
import { ApiError, apiError } from './errors.ts'
import { answer, type HttpContext, type HttpEnv, setHeader } from './exchange.ts'
import { refuseContradiction } from './method-override.ts'
import { observeExchanges } from './observe.ts'
import { operations } from './operations.ts'

/** RingCentral's paths, with ours beside them under /simulator. */
export function createApp(sim: Simulation): Hono<HttpEnv> {
  // A trailing slash makes no difference to RingCentral.
  const app = new Hono<HttpEnv>({ strict: false })

  app.use('/simulator/*', guardControl(sim))
  app.route('/simulator', controlRoutes(sim))
  app.get('/', (c) => c.redirect('/simulator'))

  app.use('/restapi/*', keepLedger(sim), injectFaults(sim), refuseContradiction)
  const { observe } = sim.settings
  if (observe) app.use('/restapi/*', observeExchanges(observe))
  app.get('/restapi/oauth/authorize', (c) => authorize(sim, c))
  app.post('/restapi/oauth/authorize', (c) => decide(sim, c))
  app.post('/restapi/oauth/token', (c) => exchangeToken(sim, c))
  app.post('/restapi/oauth/revoke', (c) => revokeToken(sim, c))
  app.get('/restapi', () => answer(describeVersions(sim)))
  app.get('/restapi/v1.0', () => answer(describeVersion(sim)))
  for (const operation of operations) {
    app.on(operation.method, operation.path, (c) => dispatch(sim, operation, c))
  }

  app.notFound((c) => refuse(c, apiError(404, 'CMN-120', 'Invalid URI')))
  app.onError((error, c) => {
    if (error instanceof ApiError) return refuse(c, error)
    sim.settings.logger.warn(`The simulator itself failed: ${error.stack}`)
    return refuse(c, apiError(500, 'CMN-201', 'Service Temporary Unavailable'))
  })
  return app
}

function keepLedger(sim: Simulation): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const startedAt = sim.clock.now()
    const url = c.env.incoming.url ?? ''
    const path = url.includes('?') ? url.replace(/(token|code)=[^&]+/g, '$1=…') : url
    const entry = sim.ledger.open({ direction: 'in', method: c.req.method, path })
    c.set('entry', entry)
    setHeader(c, 'RCRequestId', sim.random.uuid())
    setHeader(c, 'RoutingKey', 'SJC01P01')
    setHeader(c, 'Content-Language', 'en-US')
    await next()
    if (!c.env.incoming.socket.destroyed) entry.status = c.res.status
    entry.durationMs = sim.clock.now() - startedAt
    sim.settings.logger.info(`${c.req.method} ${path} ${entry.status ?? 'no answer'}`)
  }
}

function guardControl(sim: Simulation): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    // Any page in a browser on this machine could post here too; only ours may.
    if (c.req.method !== 'GET' && c.req.header('sec-fetch-site') === 'cross-site') {
      return c.json({ error: 'The control paths are not for other sites.' }, 403)
    }
    const caller = c.env.incoming.socket.remoteAddress ?? ''
    if (sim.settings.allowRemoteControl || /^(::ffff:)?127\.|^::1$/.test(caller)) return next()
    return c.json({ error: 'The control paths answer to this machine only.' }, 403)
  }
}

function refuse(c: HttpContext, error: ApiError): Response {
  for (const [name, value] of Object.entries(error.headers)) setHeader(c, name, value)
  return answer(error.body, error.status)
}

function describeVersion(sim: Simulation) {
  const uri = `${sim.baseUrl}/restapi/v1.0`
  return {
    uri,
    versionString: '1.0.58',
    releaseDate: '2026-04-28T00:00:00.000Z',
    uriString: 'v1.0',
  }
}

function describeVersions(sim: Simulation) {
  return {
    uri: `${sim.baseUrl}/restapi`,
    apiVersions: [describeVersion(sim)],
    serverVersion: 'simulator',
    serverRevision: '0',
  }
}
