import type { Observed, ObservedExchange } from '../../../simulator/http/observe.ts'
import { checkNotification } from './check-notification.ts'
import { checkRequest } from './check-request.ts'
import { type ContractOperation, escapeStep, findOperation } from './operations.ts'
import { schemas } from './schemas.ts'

/** Not part of the document: where people log in, and what tells the version. */
const undocumented = /^\/restapi(\/v1\.0)?\/?$|^\/restapi\/oauth\/authorize$/

/** What is wrong with what was seen, by the OpenAPI document; nothing, if all is well. */
export function check(observed: Observed): string[] {
  if (observed.kind === 'notification') return checkNotification(observed)
  const { method, status } = observed
  const { pathname } = new URL(observed.url)
  if (undocumented.test(pathname)) return []
  const operation = findOperation(method, pathname)
  const found = operation
    ? [
        ...(status < 400 ? checkRequest(operation, observed) : []),
        ...checkAnswer(operation, observed),
      ]
    : status === 404 || status === 401
      ? []
      : ['is not in the document, and was answered']
  return found.map((what) => `${method} ${pathname} → ${status}: ${what}`)
}

function checkAnswer(operation: ContractOperation, observed: ObservedExchange): string[] {
  const { status, responseHeaders, responseBody } = observed
  const key = status in operation.responses ? String(status) : status >= 400 ? 'default' : undefined
  if (key === undefined) return [`status ${status} is not declared`]
  const declared = operation.responses[key]?.content ?? {}
  const type = (responseHeaders['content-type'] ?? '').split(';')[0] ?? ''
  if (Object.keys(declared).length === 0) {
    return responseBody === '' || status === 207 ? [] : ['has a body, and should not']
  }
  if ('*/*' in declared) return []
  if (!(type in declared)) return [`content type ${type || '(none)'} is not declared`]
  const pointer = `${operation.pointer}/responses/${key}/content/${escapeStep(type)}/schema`
  let body: unknown
  try {
    body = JSON.parse(Buffer.from(responseBody, 'latin1').toString('utf8'))
  } catch {
    return ['the answer is not JSON']
  }
  return schemas.closed(pointer, body)
}
