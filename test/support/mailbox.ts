import { connect } from '../simulator/harness.ts'
import type { Gateway, TestTenant } from './gateway.ts'

const message = `id type direction status from to text isRead durationSeconds pageCount deletedAt recovered rcMessageId
  errorCode errorMessage attachments { id state contentType fileName sizeBytes sha256 durationSeconds url urlExpiresAt }`

const args = '($after: String, $filter: MessageFilter)'
export const received = `subscription ${args} { messageReceived(after: $after, filter: $filter) { cursor message { ${message} } } }`
export const changed = `subscription ${args} { messageChanged(after: $after, filter: $filter) { cursor message { ${message} } } }`

/** A tenant's messages, newest first. */
export async function messagesOf(tenant: Pick<TestTenant, 'query'>, filter: object = {}) {
  const { messages } = await tenant.query(
    `query ($filter: MessageFilter) { messages(filter: $filter) { nodes { ${message} } } }`,
    { filter },
  )
  return messages.nodes
}

/** A message once it is as `is` says. */
export function waitForMessage(
  tenant: Pick<TestTenant, 'waitFor'>,
  is: (message: any) => boolean,
): Promise<any> {
  return tenant.waitFor(`{ messages { nodes { ${message} } } }`, ({ messages }: any) =>
    messages.nodes.find(is),
  )
}

const sendInternal = `mutation ($input: SendInternalMessageInput!) {
  result: sendInternalMessage(input: $input) {
    __typename ... on Message { ${message} } ... on Error { code message }
    ... on RecipientNotFoundError { recipient } ... on InvalidTextError { length limit }
    ... on GrantLacksScopeError { scope } ... on IdempotencyConflictError { messageId }
  }
}`

/** What sendInternalMessage answers: the message, or the typed error. */
export async function write(tenant: Pick<TestTenant, 'query'>, input: object) {
  return (await tenant.query(sendInternal, { input })).result
}

/** The same person at RingCentral, in another application: reads, deletes, writes. */
export const elsewhere = ({ simulator }: Pick<Gateway, 'simulator'>, extensionId: string) =>
  connect(simulator, extensionId)
