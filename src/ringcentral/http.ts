/** The one way out to RingCentral: every request, OAuth's and media's too, passes through `send`. */
import { type Answer, factsOf, requestIdOf, unknownOutcome } from './answer.ts'
import { RingCentralUnavailableError } from './errors.ts'
import { failureOf } from './failure.ts'
import {
  type Operation,
  operationGroups,
  parseRateLimit,
  parseRetryAfter,
  penaltyMs,
  type RateLimitGroup,
  type ResponseReport,
} from './rate-limits.ts'

/** Where a caller can look in: both see every single request, each page of a list included. */
export interface Hooks {
  /**
   * Awaited before each request, so that a scheduler can hold it back; what it throws reaches the
   * caller unchanged.
   */
  beforeRequest?: (request: { operation: Operation; group: RateLimitGroup }) => Promise<void> | void
  /** Told of every answer, good or bad. It must not throw. */
  onResponse?: (report: ResponseReport) => void
}

export interface Transport {
  /** Without a trailing slash. */
  serverUrl: string
  fetch: typeof globalThis.fetch
  userAgent: string
  hooks: readonly Hooks[]
}

export interface Exchange {
  operation: Operation
  /** The transport's own unless told. */
  serverUrl?: string
  /** Path and query, appended to `serverUrl`. */
  path: string
  method: string
  headers: Record<string, string>
  body?: string | URLSearchParams | FormData
  /** For the whole exchange, the answer's last byte included. */
  timeoutMs: number
}

/**
 * Sends one request and reads its answer, whatever the status. Throws RingCentralUnavailableError
 * when the request cannot have arrived or was only a read, else RingCentralInDoubtError.
 */
export async function exchange(transport: Transport, request: Exchange): Promise<Answer> {
  const startedAt = await passHooks(transport, request)
  const write = request.method !== 'GET'
  const response = await send(transport, request, {
    // Fetch would follow a redirected POST with a GET and hand us its answer for that of the POST.
    redirect: write ? 'manual' : 'follow',
    signal: AbortSignal.timeout(request.timeoutMs),
  })
  const answer = unreadAnswer(request, response)
  try {
    answer.text = await response.text()
  } catch (error) {
    // A refusal is one even if its explanation broke off; a success without its body tells us no
    // id.
    if (answer.status < 400) {
      const { reason } = failureOf(error)
      throw unknownOutcome(write, { ...factsOf(answer), reason })
    }
  } finally {
    tellHooks(transport, answer, startedAt)
  }
  return answer
}

/** Lets the hooks hold the request back, and begins to count its time when they let it go. */
export async function passHooks(transport: Transport, { operation }: Exchange): Promise<number> {
  const group = operationGroups[operation]
  for (const hook of transport.hooks) await hook.beforeRequest?.({ operation, group })
  return performance.now()
}

/** The answer's head. Throws what `exchange` throws. */
export async function send(
  transport: Transport,
  request: Exchange,
  how: { redirect: 'follow' | 'manual'; signal: AbortSignal },
): Promise<Response> {
  const { operation, method } = request
  try {
    return await transport.fetch(`${request.serverUrl ?? transport.serverUrl}${request.path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...request.headers,
        'user-agent': transport.userAgent,
      },
      body: request.body,
      ...how,
    })
  } catch (error) {
    const { reason, unsent } = failureOf(error)
    const facts = { operation, group: operationGroups[operation], reason }
    throw unsent ? new RingCentralUnavailableError(facts) : unknownOutcome(method !== 'GET', facts)
  }
}

export function unreadAnswer({ operation, method }: Exchange, response: Response): Answer {
  const { status, headers } = response
  return { operation, write: method !== 'GET', status, headers, text: '' }
}

export function tellHooks(transport: Transport, answer: Answer, startedAt: number): void {
  const { operation, status, headers } = answer
  const limits = parseRateLimit(headers)
  const report: ResponseReport = {
    operation,
    group: limits.group ?? operationGroups[operation],
    limit: limits.limit,
    remaining: limits.remaining,
    windowSeconds: limits.windowSeconds,
    status,
    durationMs: performance.now() - startedAt,
    requestId: requestIdOf(headers),
    retryAfterMs:
      status === 429 ? penaltyMs(headers, factsOf(answer).code) : parseRetryAfter(headers),
  }
  for (const hook of transport.hooks) hook.onResponse?.(report)
}
