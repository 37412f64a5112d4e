import { randomUUID } from 'node:crypto'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import type { Origins } from '../http/origins.ts'
import type { Logger } from '../lib/logger.ts'
import { requestScope } from '../lib/request-scope.ts'
import { actorOf, type Context, type Viewer } from './context.ts'
import type { TopLevelCode } from './errors.ts'
import { type GraphiQLPage, type GraphiQLWelcome, graphiqlPage } from './graphiql.ts'
import { defaultKeepAliveLimits, type KeepAliveLimits } from './keep-alive.ts'
import type { StreamCount } from './limit-streams.ts'
import { maskError } from './mask.ts'
import type { QuickDoor } from './quick-door.ts'
import { refuse } from './refuse.ts'
import type { GraphQLEngine } from './yoga.ts'

/** Finds out who is asking, from `Authorization` or its like, and from where. */
export type IdentifyViewer = (
  authorization: string | null | undefined,
  address: string | undefined,
) => Promise<
  | { viewer: Viewer }
  | { refused: 'unauthenticated' | 'suspended' }
  /** Seconds until it is worth trying again. */
  | { refused: 'tooManyFailures'; retryAfter: number }
>

/** Says until when somebody who stays on the line is welcome, and before a credential ends by itself. */
export type WatchViewer = (viewer: Viewer, onExpiring?: (expiresAt: Date) => void) => Stay

/** `ended` fires when the viewer is no longer welcome; its reason is a GraphQLError that says why. */
export type Stay = { ended: AbortSignal; leave: () => void }

/** What every operation's context has besides its viewer. */
export type MakeContext = (viewer: Viewer, requestId: string, ended?: AbortSignal) => Context

export const refusals = {
  unauthenticated: ['UNAUTHENTICATED', 'Unauthorized'],
  suspended: ['TENANT_SUSPENDED', 'Tenant suspended or inactive'],
  tooManyFailures: ['RATE_LIMITED', 'Too many keys from your address that do not work'],
} as const satisfies Record<string, [TopLevelCode, string]>

const maxBodyBytes = 100 * 1024
/** Of those whom we know: a batch has thousands of recipients. Its query is held to the small size: see yoga.ts. */
const maxKnownBodyBytes = 2 * 1024 * 1024

const noPage = 'There is no page here: ask for application/graphql-response+json.'

/** What an answer takes that is over at once. */
const noPlace = { leave: () => undefined }

/** Given as a reason, since making one of its own takes longer than all else about a signal. */
const isOver = new Error('The answer is over')

type Identity = Awaited<ReturnType<IdentifyViewer>>

/** GraphQL over HTTP and SSE, and GraphiQL for browsers. */
export function graphqlRoutes({
  engine,
  door,
  identify,
  watch,
  makeContext,
  streams: streamCount,
  origins,
  logger,
  keepAliveLimits = {},
  graphiql,
}: {
  engine: GraphQLEngine
  /** Through which most of it goes, past all this. */
  door: Pick<QuickDoor, 'foundOut' | 'learn'>
  identify: IdentifyViewer
  watch: WatchViewer
  makeContext: MakeContext
  streams: StreamCount
  origins: Pick<Origins, 'isListed'>
  logger: Logger
  /** When a stream's client is given up. */
  keepAliveLimits?: Partial<KeepAliveLimits> | undefined
  /** What GraphiQL shows first, asked each time; null: no GraphiQL. */
  graphiql: (() => GraphiQLWelcome) | null
}) {
  const routes = new Hono<{ Bindings: HttpBindings; Variables: { identity: Identity } }>()
  const { patienceMs, graceMs } = { ...defaultKeepAliveLimits, ...keepAliveLimits }
  // Megabytes of text, made once and again only when the welcome has changed.
  let shown: { welcome: GraphiQLWelcome; page: Promise<GraphiQLPage> } | undefined
  const browserPage = (welcome: GraphiQLWelcome) => {
    if (shown?.welcome !== welcome) shown = { welcome, page: graphiqlPage(welcome) }
    return shown.page
  }

  const limitTo = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: (c) =>
        refuse(c.req.raw, 'BAD_USER_INPUT', `The request is larger than ${maxSize} bytes.`, 413, {
          limit: 'body',
          max: maxSize,
        }),
    })
  const limits = { unknown: limitTo(maxBodyBytes), known: limitTo(maxKnownBodyBytes) }

  const letIn = cors({
    origin: (origin) => origin,
    allowMethods: ['GET', 'POST'],
    exposeHeaders: ['Retry-After', 'Server-Timing', 'X-Request-Id'],
    maxAge: 600,
  })
  routes.use('/', (c, next) =>
    origins.isListed(c.req.header('origin') ?? '') ? letIn(c, next) : next(),
  )

  routes.use('/', async (c, next) => {
    const { address } = requestScope.getStore() ?? {}
    const found = door.foundOut(c.env.incoming)?.identity
    const identifying = found ?? identify(c.req.header('authorization'), address)
    const identity = await Promise.resolve(identifying).catch((error) => {
      const masked = maskError(error, logger)
      return { failed: masked.extensions.code as TopLevelCode, message: masked.message }
    })
    if ('failed' in identity) return refuse(c.req.raw, identity.failed, identity.message)
    c.set('identity', identity)
    return limits['viewer' in identity ? 'known' : 'unknown'](c, next)
  })

  routes.on(['GET', 'POST'], '/', async (c) => {
    const startedAt = performance.now()
    const request = c.req.raw
    const wantsPage =
      request.method === 'GET' && request.headers.get('accept')?.includes('text/html')
    if (wantsPage) {
      if (!graphiql) return refuse(request, 'BAD_USER_INPUT', noPage, 406)
      const { html, policy } = await browserPage(graphiql())
      return c.html(html, 200, { 'Content-Security-Policy': policy })
    }

    // Only JSON: a body that a foreign page can post without asking first is no request to us.
    const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
    if (request.method === 'POST' && type !== 'application/json') {
      return refuse(request, 'BAD_USER_INPUT', 'Send the query as application/json.', 415)
    }
    const identity = c.get('identity')
    if ('refused' in identity) {
      const [code, message] = refusals[identity.refused]
      if (!('retryAfter' in identity)) return refuse(request, code, message)
      const { retryAfter } = identity
      const why = { limit: 'failedKeys', retryAfter }
      const answer = refuse(request, code, message, undefined, why)
      answer.headers.set('Retry-After', String(retryAfter))
      return answer
    }

    const scope = requestScope.getStore() ?? { requestId: randomUUID() }
    const { requestId, address } = scope
    const { viewer } = identity
    return requestScope.run({ ...scope, actor: actorOf(viewer) }, async () => {
      // Whether it will be a stream only the answer tells: a client may accept anything. One that accepts
      // no stream is refused when its subscription has begun already, and that must not live on.
      const stay = watch(viewer)
      const over = new AbortController()
      const ended = AbortSignal.any([stay.ended, over.signal])
      const known = door.foundOut(c.env.incoming)
      const context = makeContext(viewer, requestId, ended)
      const answer = await engine.handle(request, { ...context, answer: known?.answer })
      const leave = () => {
        stay.leave()
        over.abort(isOver)
      }
      const place = streams(answer) ? streamCount.enter(viewer, address) : noPlace
      if ('limit' in place) {
        leave()
        void answer.body?.cancel().catch(() => undefined)
        const { limit } = place
        const full = `${place.message} are open already: close some, or try again in a while.`
        return refuse(request, 'SUBSCRIPTION_LIMIT', full, 429, { limit })
      }
      const response = atItsEnd(answer, request.signal, () => {
        place.leave()
        leave()
      })
      // There are pings enough: a stream on which nothing moves is one whose client takes nothing. Its
      // subscription has been ended with SLOW_CONSUMER by now; this gives back what it held.
      if (streams(answer)) {
        c.env.outgoing.setTimeout(patienceMs + graceMs, () => c.env.outgoing.destroy())
      }
      response.headers.set('X-Request-Id', requestId)
      // A stream is not over yet; what it took to begin would say nothing.
      if (!streams(answer)) response.headers.set('Server-Timing', timing(startedAt))
      if (request.method === 'POST' && answer.ok) {
        door.learn(c.req.header('accept'), answer.headers.get('content-type'))
      }
      response.headers.set('Cache-Control', 'no-store')
      response.headers.set('X-Content-Type-Options', 'nosniff')
      return response
    })
  })

  routes.all('/', (c) => {
    const answer = refuse(c.req.raw, 'BAD_USER_INPUT', 'GraphQL is asked with GET or POST.', 405)
    answer.headers.set('Allow', 'GET, POST')
    return answer
  })

  return routes
}

/** How long the answer took, as a browser's developer tools show it: https://www.w3.org/TR/server-timing/ */
function timing(startedAt: number): string {
  return `total;dur=${(performance.now() - startedAt).toFixed(1)}`
}

/** Calls `end` when the answer is over: at once, or if it streams, when it is through or hung up on. */
function atItsEnd(answer: Response, hungUp: AbortSignal, end: () => void): Response {
  if (!streams(answer) || !answer.body) {
    end()
    return answer
  }
  hungUp.addEventListener('abort', end, { once: true })
  return new Response(answer.body.pipeThrough(new TransformStream({ flush: end })), answer)
}

function streams(answer: Response): boolean {
  return answer.headers.get('content-type')?.startsWith('text/event-stream') === true
}
