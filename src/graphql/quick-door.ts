import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ExecutionResult } from 'graphql'
import type { AddressOf } from '../http/client-address.ts'
import type { Origins } from '../http/origins.ts'
import type { Door } from '../http/server.ts'
import { requestScope } from '../lib/request-scope.ts'
import { actorOf } from './context.ts'
import type { IdentifyViewer, MakeContext, WatchViewer } from './http.ts'
import { goneAway } from './limit-time.ts'
import type { GraphQLEngine, Params } from './yoga.ts'

/** What has been found out of a request that the door does not answer after all. */
export type FoundOut = {
  requestId: string
  identity?: Awaited<ReturnType<IdentifyViewer>>
  answer?: ExecutionResult
}

/** Longer bodies, and those whose length nobody knows, are taken in by those who look out for them. */
const maxBodyBytes = 100 * 1024
const mostAccepts = 100
const plainJson = /^application\/json(; ?charset=utf-8)?$/i

export type QuickDoor = ReturnType<typeof createQuickDoor>

/**
 * What dashboards ask all day, the same few documents by POST, is answered here, past frameworks that would take longer
 * over it than the database. It answers what is known and goes well. All else (a document that has not come
 * before, somebody who is refused, anything with errors in it) goes the general way, see http.ts, which takes over what has been
 * found out: nobody is looked up, charged or executed twice.
 */
export function createQuickDoor({
  engine,
  identify,
  watch,
  makeContext,
  addressOf,
  origins,
  headers,
}: {
  engine: GraphQLEngine
  identify: IdentifyViewer
  watch: WatchViewer
  makeContext: MakeContext
  addressOf: AddressOf
  origins: Pick<Origins, 'isListed'>
  /** What every answer carries. */
  headers: Record<string, string>
}) {
  const foundOut = new WeakMap<IncomingMessage, FoundOut>()
  /** By what was in `Accept`: in which type the general way has answered. */
  const types = new Map<string, string>()

  const open: Door = (request, response) => {
    const type = isOrdinary(request) ? types.get(request.headers.accept ?? '') : undefined
    if (type === undefined) return undefined
    return answer(request, response, type).catch(() => false)
  }

  function isOrdinary({ method, url, headers }: IncomingMessage): boolean {
    const { origin } = headers
    return (
      method === 'POST' &&
      url === '/graphql' &&
      plainJson.test(headers['content-type'] ?? '') &&
      Number(headers['content-length']) <= maxBodyBytes &&
      headers['content-encoding'] === undefined &&
      !(origin !== undefined && origins.isListed(origin))
    )
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    type: string,
  ): Promise<boolean> {
    const startedAt = performance.now()
    const body = await bodyOf(request)
    const params = readParams(body)
    if (!params || !engine.knows(params)) return false
    const requestId = randomUUID()
    const address = addressOf(request)
    const identity = await requestScope.run({ requestId, address }, () =>
      identify(request.headers.authorization, address),
    )
    const found: FoundOut = { requestId, identity }
    foundOut.set(request, found)
    if ('refused' in identity) return false

    const { viewer } = identity
    const result = await requestScope.run({ requestId, address, actor: actorOf(viewer) }, () =>
      whileThere(response, watch(viewer), (watched) =>
        engine.answerKnown(params, makeContext(viewer, requestId, watched[0]), watched),
      ),
    )
    if (!result) return false
    // Whatever comes now, it has been executed.
    found.answer = result
    if (result.errors) return false
    const text = JSON.stringify(result)
    response.writeHead(200, {
      ...headers,
      'Content-Type': type,
      'Content-Length': Buffer.byteLength(text),
      'X-Request-Id': requestId,
      'Server-Timing': `total;dur=${(performance.now() - startedAt).toFixed(1)}`,
    })
    response.end(text)
    return true
  }

  return {
    open,

    /** What it knows of a request that goes the general way. */
    foundOut: (request: IncomingMessage): FoundOut | undefined => foundOut.get(request),

    /** How the general way has answered whoever accepts this. */
    learn(accept: string | undefined, type: string | null): void {
      if (!type?.includes('json')) return
      types.set(accept ?? '', type)
      const [oldest] = types.keys()
      if (types.size > mostAccepts && oldest !== undefined) types.delete(oldest)
    },
  }
}

/** All of a body, which is kept for who may want to read it as well. */
function bodyOf(request: IncomingMessage & { rawBody?: Buffer }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.once('error', reject)
    request.once('end', () => {
      const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
      request.rawBody = whole
      resolve(whole)
    })
  })
}

/** Undefined for what is not quite as it should be, and for what needs more than the usual. */
function readParams(body: Buffer): Params | undefined {
  let params: unknown
  try {
    params = JSON.parse(body.toString())
  } catch {
    return undefined
  }
  if (!isRecord(params)) return undefined
  const { query, operationName, variables, ...rest } = params
  if (typeof query !== 'string' || Object.keys(rest).length > 0) return undefined
  if (operationName != null && typeof operationName !== 'string') return undefined
  if (variables != null && !isRecord(variables)) return undefined
  return { query, operationName: operationName ?? null, variables: variables ?? null }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Does `work` with signals that tell of a client who has hung up, or is not welcome any more. */
async function whileThere<Result>(
  response: ServerResponse,
  stay: ReturnType<WatchViewer>,
  work: (watched: readonly [AbortSignal, AbortSignal]) => Promise<Result>,
): Promise<Result> {
  const hungUp = new AbortController()
  const hangUp = () => hungUp.abort(goneAway)
  response.once('close', hangUp)
  try {
    return await work([stay.ended, hungUp.signal])
  } finally {
    response.off('close', hangUp)
    stay.leave()
  }
}
