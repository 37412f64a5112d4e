import { apiError } from '../http/errors.ts'
import type { Ledger } from '../ledger.ts'
import type { Settings } from '../options.ts'
import type { Random } from '../random.ts'
import { AnswerTooLong, type WebhookAnswer, type WebhookClient } from './webhook-request.ts'

const timeoutMs = 3000
const mostBytes = 1024

interface Needs {
  random: Random
  ledger: Ledger
  settings: Settings
  post: WebhookClient
}

/**
 * Asks the receiver whether it wants to be one, before any subscription exists. The receiver has three
 * seconds to answer 200, echo the token, call it JSON, and say no more than 1024 bytes, headers included.
 */
export function createHandshake({ random, ledger, settings, post }: Needs) {
  return async (address: string): Promise<void> => {
    requireAddress(address, settings.requireHttps)
    const validationToken = random.uuid()
    const entry = ledger.open({
      direction: 'out',
      method: 'POST',
      path: address,
      note: 'handshake',
    })
    let answer: WebhookAnswer
    try {
      const headers = { 'Validation-Token': validationToken, 'Content-Type': 'application/json' }
      answer = await post({ address, headers, body: '', timeoutMs, mostBytes })
    } catch (error) {
      entry.note = `handshake: ${error instanceof AnswerTooLong ? 'answer too long' : error}`
      throw error instanceof AnswerTooLong ? invalidAnswer() : unreachable(error)
    }
    entry.status = answer.status
    if (answer.status !== 200) {
      const message = `WebHook responds with incorrect HTTP status. HTTP status is ${answer.status}`
      throw apiError(400, 'SUB-522', message)
    }
    const isJson = /^application\/json\s*(;|$)/i.test(answer.headers['content-type'] ?? '')
    if (answer.headers['validation-token'] !== validationToken || !isJson) throw invalidAnswer()
  }
}

export type Handshake = ReturnType<typeof createHandshake>

function requireAddress(address: string, requireHttps: boolean): void {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw apiError(400, 'CMN-101', 'Parameter [deliveryMode.address] value is invalid', {
      family: 'InvalidParameter',
      parameterName: 'deliveryMode.address',
    })
  }
  if (requireHttps && url.protocol === 'http:') throw apiError(400, 'SUB-523', 'HTTPS is required')
}

function invalidAnswer() {
  return apiError(400, 'SUB-525', 'WebHook server response is invalid')
}

function unreachable(error: unknown) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /CERT|SELF_SIGNED|TLS|SSL/.test(code)
    ? apiError(400, 'SUB-524', 'WebHook server certificate is invalid')
    : apiError(400, 'SUB-521', 'WebHook is not reachable')
}
