/**
 * Why a fetch failed, and whether RingCentral can have seen the request. A text must not be sent
 * twice because a connection broke, nor held back because none came about; so only what proves that
 * no byte of the request left us counts as unsent.
 */
import { subscribe } from 'node:diagnostics_channel'

export interface Failure {
  /** A code that is safe to log: `ECONNREFUSED`, `UND_ERR_SOCKET`, `TIMEOUT`. */
  reason: string
  /** True when no byte of the request can have reached RingCentral. */
  unsent: boolean
}

// The error alone cannot tell a reset during the TLS handshake (nothing sent) from one after the
// request: both are `read ECONNRESET`. Undici, which is Node's fetch, announces every error of
// connecting, and the very same object comes out of fetch.
const connectErrors = new WeakSet<object>()
subscribe('undici:client:connectError', (message) => {
  const { error } = message as { error?: unknown }
  if (typeof error === 'object' && error !== null) connectErrors.add(error)
})

/** Codes that can only come up before a connection stands, for a `fetch` that is not Undici's. */
const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_SSL_WRONG_VERSION_NUMBER',
])

/** Reads what `fetch`, or the reading of its answer's body, threw. */
export function failureOf(error: unknown): Failure {
  if (nameOf(error) === 'TimeoutError') return { reason: 'TIMEOUT', unsent: false }

  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = codeOf(cause)
  if (typeof cause === 'object' && cause !== null && connectErrors.has(cause)) {
    return { reason: code ?? 'CONNECT_FAILED', unsent: true }
  }
  if (code !== undefined) return { reason: code, unsent: connectCodes.has(code) }
  return { reason: nameOf(cause) ?? 'UNKNOWN', unsent: false }
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  // Several addresses were tried, and each failed: one code stands for all only if all of them
  // agree.
  if (error instanceof AggregateError) {
    const codes = new Set(error.errors.map(codeOf))
    return codes.size === 1 ? codes.values().next().value : undefined
  }
  return undefined
}

function nameOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'name' in error
    ? String(error.name)
    : undefined
}
