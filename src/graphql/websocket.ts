import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { GraphQLError } from 'graphql'
import type { SubscribeMessage } from 'graphql-ws'
import { type Extra, useServer } from 'graphql-ws/use/ws'
import { isAsyncIterable } from 'graphql-yoga'
import { WebSocketServer } from 'ws'
import type { AddressOf } from '../http/client-address.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { type RequestScope, requestScope } from '../lib/request-scope.ts'
import { Caller } from './caller.ts'
import { actorOf } from './context.ts'
import type { IdentifyViewer, MakeContext, WatchViewer } from './http.ts'
import { defaultKeepAliveLimits, type KeepAliveLimits, keepAlive } from './keep-alive.ts'
import { limitMessages } from './limit-messages.ts'
import type { StreamCount } from './limit-streams.ts'
import { Operations, tooManyOnSocket } from './operations.ts'
import { createOutlets, type Outlet } from './outlet.ts'
import { refusal, toldOverSocket } from './refused-operation.ts'
import { sendStream } from './send-stream.ts'
import { Stream } from './stream.ts'
import type { GraphQLEngine } from './yoga.ts'

/** graphql-ws' own keep-alive, which ours replaces. */
const noKeepAlive = 0

/** Clients of graphql-ws come back after it; after the 4500 of an error that nobody caught they never do. */
const tryAgainLater = 1013

/** The WebSocket's word for HTTP's 429, after which graphql-ws' clients do not come back. */
const tooManyFailures = 4429

const maxMessageBytes = 64 * 1024
const goodbyeWithinMs = 1_000

/** GraphQL over WebSocket (`graphql-transport-ws`): the same engine, masking and rights as over HTTP. */
export function createWebSocketServer({
  engine,
  identify,
  watch,
  makeContext,
  addressOf,
  streams,
  clock,
  logger,
  keepAliveLimits = {},
}: {
  engine: GraphQLEngine
  identify: IdentifyViewer
  watch: WatchViewer
  makeContext: MakeContext
  addressOf: AddressOf
  streams: StreamCount
  clock: Clock
  logger: Logger
  /** When a client is given up. */
  keepAliveLimits?: Partial<KeepAliveLimits> | undefined
}) {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
  })
  const known = new WeakMap<Extra['socket'], Known>()
  const outletOf = createOutlets({
    onSend: (socket) => keepingAlive.sends(socket),
    onClosing: (socket) => known.get(socket)?.caller.leave(),
  })
  limitMessages(sockets, clock)

  const waiting = new WeakMap<Extra['socket'], () => void>()
  sockets.on('connection', (socket, request) => {
    const waitNoMore = streams.wait(addressOf(request))
    waiting.set(socket, waitNoMore)
    socket.on('close', waitNoMore)
  })

  const disposable = useServer<Record<string, unknown>>(
    {
      connectionInitWaitTimeout: 3_000,

      // Answering false closes with 4403, after which clients may try again with another credential.
      async onConnect(connection) {
        const { connectionParams, extra } = connection
        const { socket, request } = extra
        forget(connection, 'connectionParams')
        forget(extra, 'request')
        const given = connectionParams?.authorization ?? connectionParams?.Authorization
        const asked = typeof given === 'string' ? given : null
        const address = addressOf(request)
        const identity = await identify(asked, address).catch((error) => {
          logger.error({ err: error }, 'Could not find out who connects over WebSocket')
          socket.close(tryAgainLater, 'Try again later')
          return { refused: 'later' }
        })
        if ('retryAfter' in identity) socket.close(tooManyFailures, 'Too many failures')
        if ('refused' in identity) return false
        const { viewer } = identity
        const place = streams.enter(viewer, address)
        if ('limit' in place) {
          socket.close(tryAgainLater, place.message)
          return false
        }
        waiting.get(socket)?.()
        const freePlace = place.leave
        const caller = new Caller({ socket, viewer, address, identify, watch, freePlace })
        const outlet = outletOf(socket, request.socket)
        known.set(socket, { caller, outlet, operations: new Operations() })
        // It may have gone while we were asking who it is.
        if (socket.readyState !== socket.OPEN) caller.leave()
        return true
      },

      // A client renews what it came with by a ping that carries it. What stands in the payload when we are done goes
      // back as the pong, so the credential does not stay in it.
      async onPing({ extra: { socket } }, payload) {
        const { authorization } = payload ?? {}
        const caller = known.get(socket)?.caller
        if (!payload || !caller || typeof authorization !== 'string') return
        delete payload.authorization
        const answer = await caller.renew(authorization).catch((error) => {
          logger.error({ err: error }, 'Could not find out whose credential came over WebSocket')
          return { type: 'token-refused', reason: 'Try again later' }
        })
        Object.assign(payload, answer)
      },

      onClose({ extra: { socket } }) {
        known.get(socket)?.caller.leave()
      },

      // What subscriptions bring goes out by their socket's outlet; this is the answer of a query or a mutation.
      onNext: ({ extra: { socket } }) => keepingAlive.sends(socket),

      // Parsing and validating may throw; uncaught, that would close the socket for good.
      async onSubscribe(connection, id, payload: SubscribeMessage['payload']) {
        const { socket } = connection.extra
        const { caller, outlet, operations } = known.get(socket) ?? {}
        if (!caller || !outlet || !operations) return [new GraphQLError('Unauthorized')]
        if (operations.count >= streams.limits.perSocket) {
          return [tooManyOnSocket(streams.limits.perSocket)]
        }
        const operation = operations.begin(payload)
        connection.subscriptions[id] = operation
        const requestId = randomUUID()
        const { viewer, address, ended } = caller
        const scope = { requestId, address, actor: actorOf(viewer) }
        const context = makeContext(viewer, requestId, ended)
        const { schema, execute, subscribe, contextFactory, parse, validate } = engine.getEnveloped(
          {
            ...context,
            params: payload,
          },
        )
        try {
          const document = parse(payload.query)
          const errors = validate(schema, document)
          if (errors.length > 0) return operation.heard(errors)
          return {
            schema,
            document,
            operationName: payload.operationName,
            variableValues: payload.variables,
            contextValue: await contextFactory(),
            rootValue: {
              execute: scoped(scope, (args) => operation.heard(execute(args))),
              subscribe: scoped(scope, async (args) => {
                const begun = await operation.heard(subscribe(args))
                return begun instanceof Stream ? operation.of(sendStream(begun, id, outlet)) : begun
              }),
            },
          }
        } catch (error) {
          return operation.heard([
            error instanceof GraphQLError ? error : new GraphQLError('The query cannot be read'),
          ])
        }
      },
      async onOperation(_connection, _id, payload, args, result) {
        const begun = await result
        if (isAsyncIterable(begun)) {
          forget(payload, 'query', 'variables')
          forget(args, 'contextValue', 'rootValue', 'variableValues')
        }
        return refusal(begun)
      },
      onError({ extra: { socket } }, _id, payload, errors) {
        return known.get(socket)?.operations.end(payload) ?? toldOverSocket(errors)
      },
      onComplete: ({ extra: { socket } }, _id, payload) =>
        known.get(socket)?.operations.end(payload),
      execute: (args) => (args.rootValue as Enveloped).execute(args),
      subscribe: (args) => (args.rootValue as Enveloped).subscribe(args),
    },
    sockets,
    noKeepAlive,
  )
  const onBroken = (error: Error) => logger.debug({ err: error }, 'A WebSocket broke')
  // graphql-ws prints a stack for each socket that breaks, which any client can have happen as often as it likes.
  sockets.on('connection', (socket) => {
    socket.removeAllListeners('error')
    socket.on('error', onBroken)
  })
  const limits = { ...defaultKeepAliveLimits, ...keepAliveLimits }
  const keepingAlive = keepAlive(sockets, limits, (socket) => {
    logger.warn('A client takes nothing of what it is sent; its WebSocket is cut')
    known.get(socket)?.caller.leave()
  })

  return {
    sockets,
    /** Whether one more socket may be opened from there, before anybody knows whose it is. */
    mayOpen: (request: IncomingMessage) => streams.mayWait(addressOf(request)),
    /** Closes all sockets with 1001 (going away): clients connect again elsewhere. */
    async close() {
      // Who does not answer the goodbye (a laptop that was closed) must keep nobody waiting.
      const timer = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate()
      }, goodbyeWithinMs)
      keepingAlive.stop()
      await disposable.dispose()
      clearTimeout(timer)
    },
  }
}

/** graphql-ws keeps what came with a connection, and with a stream, until it ends, and never looks at it again. */
function forget<Kept extends object>(kept: Kept, ...parts: (keyof Kept)[]): void {
  // Not deleted, after which V8 would keep the rest in a larger shape.
  for (const part of parts) kept[part] = undefined as never
}

/** Of a socket, once it has said whose it is. */
type Known = { caller: Caller; outlet: Outlet; operations: Operations }

// biome-ignore lint/suspicious/noExplicitAny: graphql-ws and envelop differ in types, not in what they pass
type Run = (args: any) => any
type Enveloped = { execute: Run; subscribe: Run }

const scoped =
  (scope: RequestScope, run: Run): Run =>
  (args) =>
    requestScope.run(scope, () => run(args))
