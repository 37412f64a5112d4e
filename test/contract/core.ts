/**
 * The names that clients rely on. They stay as they are for as long as there are clients: what is
 * printed to schema.graphql may have more, never less and never otherwise.
 */
export const core = /* GraphQL */ `
scalar DateTime

interface Node { id: ID! }
interface Error { message: String! code: String! }

type Query {
  status: ConnectionStatus!
  extensions(first: Int, after: String, last: Int, before: String, filter: ExtensionFilter): ExtensionConnection!
  phoneNumbers(first: Int, after: String, last: Int, before: String): PhoneNumberConnection!
  message(id: ID!): Message
  messages(first: Int, after: String, last: Int, before: String, filter: MessageFilter): MessageConnection!
  callLogs(first: Int, after: String, last: Int, before: String, filter: CallLogFilter): CallLogConnection!
  node(id: ID!): Node
}

type ConnectionStatus { connected: Boolean! expiresAt: DateTime rcAccountId: String }

type Extension implements Node {
  id: ID! extensionId: String! rcAccountId: String! connectedAt: DateTime!
  status: ExtensionStatus! phoneNumbers: [PhoneNumber!]! inboundHealth: InboundHealth!
}
enum ExtensionStatus { ACTIVE REFRESH_FAILED REVOKED }
type InboundHealth {
  lastNotificationAt: DateTime lastReconciledAt: DateTime recoveredMessages: Int!
  subscriptionStatus: WebhookStatus subscriptionExpiresAt: DateTime
}
enum WebhookStatus { CREATING ACTIVE BROKEN ENDED }

type Mutation {
  createConnectToken(input: CreateConnectTokenInput): CreateConnectTokenResult!
  createInviteToken(input: CreateInviteTokenInput): CreateInviteTokenResult!
  disconnect: DisconnectResult!
  sendSms(input: SendSmsInput!): SendSmsResult!
  resolveUnconfirmed(input: ResolveUnconfirmedInput!): ResolveUnconfirmedResult!
  syncMessages(input: SyncMessagesInput!): SyncMessagesResult!
  createTenant(input: CreateTenantInput!): CreateTenantResult!
  createApiKey(input: CreateApiKeyInput!): CreateApiKeyResult!
  suspendTenant(input: SuspendTenantInput!): SuspendTenantResult!
  resumeTenant(input: ResumeTenantInput!): ResumeTenantResult!
  deleteTenant(input: DeleteTenantInput!): DeleteTenantResult!
  revokeApiKey(input: RevokeApiKeyInput!): RevokeApiKeyResult!
}

union CreateConnectTokenResult = ConnectToken
union CreateInviteTokenResult = ConnectToken
union DisconnectResult = Disconnected
union SendSmsResult = Message
union ResolveUnconfirmedResult = Message
union SyncMessagesResult = Extension
union CreateTenantResult = Tenant
union CreateApiKeyResult = IssuedApiKey
union SuspendTenantResult = Tenant
union ResumeTenantResult = Tenant
union DeleteTenantResult = DeletedTenant
union RevokeApiKeyResult = ApiKey

type IssuedApiKey { secret: String! apiKey: ApiKey! }
type ConnectToken { connectUrl: String! expiresAt: DateTime! }

input CreateConnectTokenInput { label: String }
input CreateInviteTokenInput { label: String }
input CreateTenantInput { name: String! }
input CreateApiKeyInput { tenantId: ID name: String! scopes: [String!]! }
input SuspendTenantInput { tenantId: ID! }
input ResumeTenantInput { tenantId: ID! }
input DeleteTenantInput { tenantId: ID! }
input RevokeApiKeyInput { apiKeyId: ID! }
input SendSmsInput { from: String userId: String to: [String!]! text: String idempotencyKey: String validFor: Int }
input ResolveUnconfirmedInput { messageId: ID! resolution: UnconfirmedResolution! }
enum UnconfirmedResolution { RESEND GIVE_UP }
input SyncMessagesInput { extensionId: ID! }

type Message implements Node {
  id: ID! direction: MessageDirection! status: MessageStatus! from: String! to: [String!]!
  text: String! createdAt: DateTime! rcMessageId: String errorCode: String errorMessage: String
  expiresAt: DateTime recovered: Boolean! resolution: MessageResolution
  resendOf: Message resentAs: Message timeline: [MessageTimelineEntry!]!
}
type MessageTimelineEntry {
  kind: MessageTimelineKind! at: DateTime! until: DateTime summary: String! status: MessageStatus
  attempt: Int outcome: AttemptOutcome rcRequestId: String errorCode: String
}
enum MessageTimelineKind { STATUS ATTEMPT WAIT NOTE }
enum AttemptOutcome { ACCEPTED REFUSED IN_DOUBT }
enum MessageResolution { RESENT GIVEN_UP }
enum MessageDirection { INBOUND OUTBOUND }
enum MessageStatus {
  QUEUED SCHEDULED SENDING SENT DELIVERED DELIVERY_FAILED SENDING_FAILED UNCONFIRMED CANCELED EXPIRED RECEIVED
}

type Subscription {
  messageReceived(after: String, filter: MessageFilter): MessageEvent!
  messageStatusChanged(after: String, filter: MessageFilter): MessageEvent!
  extensionChanged(after: String): ExtensionEvent!
  callChanged(after: String, filter: CallFilter): CallEvent!
}
type MessageEvent { cursor: String! occurredAt: DateTime! message: Message! }
type ExtensionEvent { cursor: String! occurredAt: DateTime! extension: Extension! }
type CallEvent { cursor: String! occurredAt: DateTime! call: Call! }

# Lists: Relay connections, with nodes beside edges.
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type ExtensionConnection { nodes: [Extension!]! edges: [ExtensionEdge!]! pageInfo: PageInfo! }
type PhoneNumberConnection { nodes: [PhoneNumber!]! edges: [PhoneNumberEdge!]! pageInfo: PageInfo! }
type MessageConnection { nodes: [Message!]! edges: [MessageEdge!]! pageInfo: PageInfo! }
type CallLogConnection { nodes: [Call!]! edges: [CallLogEdge!]! pageInfo: PageInfo! }
type ExtensionEdge { cursor: String! node: Extension! }
type PhoneNumberEdge { cursor: String! node: PhoneNumber! }
type MessageEdge { cursor: String! node: Message! }
type CallLogEdge { cursor: String! node: Call! }

# Named here so that this stands by itself; the rest of each is free.
type PhoneNumber implements Node { id: ID! phoneNumber: String! }
type Call implements Node { id: ID! }
type Tenant { id: ID! name: String! }
type ApiKey { id: ID! }
type DeletedTenant { tenantId: ID! }
type Disconnected { extensions: [Extension!]! }
input ExtensionFilter { extensionId: String }
input MessageFilter { text: String }
enum CallResult { ANSWERED MISSED VOICEMAIL NO_ANSWER BUSY REJECTED CANCELED BLOCKED FAILED OTHER }
input CallLogFilter { result: [CallResult!] }
input CallFilter { result: [CallResult!] }
`
