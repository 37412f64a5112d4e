import type { Simulator } from '../../simulator/simulator.ts'
import type { TestTenant } from './gateway.ts'

export const stranger = '+14155550123'

const message =
  'id direction status from to text createdAt rcMessageId errorCode errorMessage extension { extensionId }'

export const statusChanges = `subscription ($after: String, $filter: MessageFilter) { messageStatusChanged(after: $after, filter: $filter) { cursor occurredAt message { ${message} } } }`
export const textsIn = `subscription ($after: String, $filter: MessageFilter) { messageReceived(after: $after, filter: $filter) { cursor occurredAt message { ${message} } } }`
export const messagesQuery = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: MessageFilter) {
  messages(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount nodes { ${message} } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`

const sendSms = `mutation ($input: SendSmsInput!) {
  result: sendSms(input: $input) {
    __typename
    ... on Message { ${message} }
    ... on Error { code message }
    ... on IdempotencyConflictError { messageId }
    ... on InvalidTextError { length limit }
    ... on AttachmentError { reason attachmentId }
    ... on MmsNotSupportedError { number }
  }
}`

type Sms = {
  from: string
  to: string[]
  text: string
  attachments?: string[]
  idempotencyKey?: string | null
}

/** What sendSms answers: the message, or the typed error. */
export async function send(tenant: Pick<TestTenant, 'query'>, input: Sms) {
  const { result } = await tenant.query(sendSms, { input })
  return result
}

/** A message once it has come to one of these statuses. */
export function waitForStatus(tenant: Pick<TestTenant, 'waitFor'>, id: string, ...any: string[]) {
  return tenant.waitFor(
    `{ message(id: "${id}") { ${message} } }`,
    (data) => any.includes(data.message.status) && data.message,
  )
}

/** The requests to send a text that have reached RingCentral, oldest first. */
export function smsRequests(simulator: Simulator, extensionId?: string) {
  return simulator
    .ledger()
    .filter(
      (entry) =>
        entry.direction === 'in' &&
        entry.method === 'POST' &&
        /\/[sm]ms$/.test(entry.path) &&
        (!extensionId || entry.extensionId === extensionId),
    )
}
