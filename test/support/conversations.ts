import type { TestTenant } from './gateway.ts'

const conversation = `id type number participants { number name extensionId } unreadCount assigneeId archivedAt
  lastMessageAt lastMessage { id text direction sentElsewhere } extension { extensionId }`

export const conversationChanges = `subscription ($after: String, $filter: LiveConversationFilter) {
  conversationChanged(after: $after, filter: $filter) { cursor conversation { ${conversation} } } }`

export const conversationsQuery = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: ConversationFilter) {
  conversations(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount nodes { ${conversation} } pageInfo { hasNextPage endCursor startCursor }
  }
}`

/** A tenant's conversations, the newest first. */
export async function conversationsOf(tenant: Pick<TestTenant, 'query'>, filter: object = {}) {
  const { conversations } = await tenant.query(conversationsQuery, { first: 100, filter })
  return conversations.nodes
}

/** A conversation once one is as `is` says. */
export function waitForConversation(
  tenant: Pick<TestTenant, 'waitFor'>,
  is: (conversation: any) => unknown,
): Promise<any> {
  return tenant.waitFor(
    `{ conversations(first: 100) { nodes { ${conversation} } } }`,
    ({ conversations }: any) => conversations.nodes.find(is),
  )
}

/** Its messages, newest first. */
export async function messagesIn(tenant: Pick<TestTenant, 'query'>, id: string, page = '') {
  const { conversation: found } = await tenant.query(
    `query ($id: ID!) { conversation(id: $id) { messages${page} { totalCount nodes {
      id text direction status isRead readStateSynced sentElsewhere importedAt rcMessageId createdAt
      conversation { id } timeline { status summary } } } } }`,
    { id },
  )
  return found.messages.nodes
}

type Verb = 'markConversationRead' | 'markConversationUnread' | 'archiveConversation'
type More = 'unarchiveConversation' | 'assignConversation'

/** What a mutation of conversations answers: the conversation, or the typed error. */
export async function doWith(
  tenant: Pick<TestTenant, 'query'>,
  verb: Verb | More,
  conversationId: string,
  more: object = {},
) {
  const input = `${verb[0]?.toUpperCase()}${verb.slice(1)}Input`
  const { result } = await tenant.query(
    `mutation ($input: ${input}!) { result: ${verb}(input: $input) {
      __typename ... on Conversation { ${conversation} } ... on Error { code message } } }`,
    { input: { conversationId, ...more } },
  )
  return result
}
