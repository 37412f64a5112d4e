/** One answer of RingCentral, read to its end, and which error it is when it is not a success. */
import { z } from 'zod'
import {
  InvalidGrantError,
  OAuthRefusedError,
  type RingCentralError,
  type RingCentralErrorFacts,
  RingCentralInDoubtError,
  RingCentralRateLimitedError,
  RingCentralRefusedError,
  RingCentralUnauthorizedError,
  RingCentralUnavailableError,
} from './errors.ts'
import { parseJson } from './json.ts'
import { type Operation, operationGroups, parseRetryAfter, penaltyMs } from './rate-limits.ts'

export interface Answer {
  operation: Operation
  /** Whether the request could change something at RingCentral. */
  write: boolean
  status: number
  headers: Headers
  /** Empty when RingCentral sent none, or when its body broke off after an error status. */
  text: string
}

// What stands in an error goes to logs. Codes and names of members are safe, values and sentences
// are not.
const word = (form: RegExp) => z.string().regex(form).optional().catch(undefined)
const code = word(/^[A-Za-z][\w-]{0,59}$/)
const permission = word(/^[A-Za-z]{1,60}$/)
const parameter = word(/^[A-Za-z]+(\.[A-Za-z]+|\[\d{1,2}\])*$/)

const errorBody = z
  .object({
    error: word(/^[a-z_]{1,60}$/),
    errorCode: code,
    permissionName: permission,
    parameterName: parameter,
    errors: z
      .array(z.object({ errorCode: code, permissionName: permission, parameterName: parameter }))
      .optional()
      .catch(undefined),
  })
  .catch({})

/** The facts of an answer that is an error; `error` is OAuth's own member, absent elsewhere. */
export function factsOf(answer: Answer): RingCentralErrorFacts & { error?: string } {
  const body = errorBody.parse(jsonOf(answer.text))
  const first = body.errors?.[0]
  return {
    operation: answer.operation,
    group: operationGroups[answer.operation],
    status: answer.status,
    // The top level often holds only a family, such as `InvalidParameter`.
    code: first?.errorCode ?? body.errorCode,
    permissionName: first?.permissionName ?? body.permissionName,
    parameterName: first?.parameterName ?? body.parameterName,
    error: body.error,
    requestId: requestIdOf(answer.headers),
    retryAfterMs: parseRetryAfter(answer.headers),
  }
}

/** The error that an answer outside 2xx is. */
export function errorOf(answer: Answer): RingCentralError {
  const { error: oauthWord, ...facts } = factsOf(answer)
  const { status } = answer
  if (status === 401) return new RingCentralUnauthorizedError(facts)
  if (status === 429) {
    const group = operationGroups[answer.operation]
    const retryAfterMs = penaltyMs(answer.headers, facts.code)
    return new RingCentralRateLimitedError({ ...facts, group, retryAfterMs })
  }
  // RingCentral itself says "not now" (MSG-290, CMN-211, OAuth's service_unavailable); a 503
  // without any such word comes from something in between.
  if (status === 503 && (facts.code || oauthWord)) return new RingCentralUnavailableError(facts)
  if (status === 501 && facts.code) return new RingCentralRefusedError(facts)
  // 408: somebody on the way grew tired of waiting; what had been passed on by then, we cannot know.
  if (status >= 400 && status < 500 && status !== 408) return new RingCentralRefusedError(facts)
  return unknownOutcome(answer.write, facts)
}

/**
 * The same for the OAuth endpoints. A 401 there is about the client or the extension, never about
 * an access token: whatever is neither a dead grant nor a matter of trying again is final.
 */
export function oauthErrorOf(answer: Answer): RingCentralError {
  const error = errorOf(answer)
  const final =
    error instanceof RingCentralRefusedError || error instanceof RingCentralUnauthorizedError
  if (!final) return error
  const facts = factsOf(answer)
  return facts.error === 'invalid_grant'
    ? new InvalidGrantError(facts)
    : new OAuthRefusedError(facts)
}

/** No usable answer. What was only a read is merely not there now; a write may have happened. */
export function unknownOutcome(write: boolean, facts: RingCentralErrorFacts): RingCentralError {
  return write ? new RingCentralInDoubtError(facts) : new RingCentralUnavailableError(facts)
}

export function requestIdOf(headers: Headers): string | undefined {
  const requestId = headers.get('rcrequestid')
  return requestId && /^[\w.:-]{1,100}$/.test(requestId) ? requestId : undefined
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
