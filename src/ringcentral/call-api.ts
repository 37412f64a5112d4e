/**
 * Calls of the API proper: a token, a path and a query go out, an answer in our own shape comes
 * back.
 */
import type { z } from 'zod'
import { type Answer, errorOf, factsOf, requestIdOf, unknownOutcome } from './answer.ts'
import { exchange, type Transport } from './http.ts'
import { parseJson } from './json.ts'
import type { Operation } from './rate-limits.ts'

export interface ApiRequest<S extends z.ZodType> {
  operation: Operation
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  query?: Query
  /** JSON, or a form as it is. */
  body?: unknown
  /** 10 s unless told. */
  timeoutMs?: number
  /** The answer's JSON; `undefined` is what a 204 brings. */
  answer: S
  /** Told RingCentral's `RCRequestId` of a good answer; errors carry theirs. */
  onRequestId?: (requestId: string | undefined) => void
}

export type Query = Record<string, string | number | boolean | Date | readonly string[] | undefined>

/**
 * Calls the API and returns the answer in our shape. Throws the classes of errors.ts, and nothing
 * else.
 */
export type CallApi = <S extends z.ZodType>(request: ApiRequest<S>) => Promise<z.output<S>>

export function createCallApi(transport: Transport, accessToken: string): CallApi {
  return async (request) => {
    const headers: Record<string, string> = { authorization: `Bearer ${accessToken}` }
    const { body } = request
    // A form tells its type by itself.
    const isJson = body !== undefined && !(body instanceof FormData)
    if (isJson) headers['content-type'] = 'application/json'
    const answer = await exchange(transport, {
      operation: request.operation,
      method: request.method ?? 'GET',
      path: withQuery(request.path, request.query),
      headers,
      ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
      timeoutMs: request.timeoutMs ?? 10_000,
    })
    if (answer.status < 200 || answer.status > 299) throw errorOf(answer)
    request.onRequestId?.(requestIdOf(answer.headers))
    return readAnswer(answer, request.answer)
  }
}

/**
 * Reads a success. If it is not what was promised, a write is in doubt: it happened, but we do not
 * know as what.
 */
export function readAnswer<S extends z.ZodType>(answer: Answer, schema: S): z.output<S> {
  let json: unknown
  try {
    json = answer.text === '' ? undefined : parseJson(answer.text)
  } catch {
    throw unknownOutcome(answer.write, { ...factsOf(answer), reason: 'UNREADABLE_ANSWER' })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const where = parsed.error.issues[0]?.path.join('.') || 'its root'
  throw unknownOutcome(answer.write, {
    ...factsOf(answer),
    reason: `UNEXPECTED_ANSWER at ${where}`,
  })
}

function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    // RingCentral's lists repeat the key.
    for (const item of Array.isArray(value) ? value : [value]) {
      params.append(name, item instanceof Date ? item.toISOString() : String(item))
    }
  }
  return params.size === 0 ? path : `${path}${path.includes('?') ? '&' : '?'}${params}`
}
