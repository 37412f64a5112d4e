/** The part of our schema that screens ask for, for those who take it as text. */
export const typeDefs = /* GraphQL */ `
  enum MessageDirection { INBOUND OUTBOUND }
  enum MessageStatus { QUEUED SENT DELIVERED RECEIVED }
  type Message {
    id: ID!
    direction: MessageDirection!
    status: MessageStatus!
    from: String!
    to: [String!]!
    text: String!
    createdAt: String!
  }
  type MessageEvent { cursor: String! occurredAt: String! message: Message! }
  type Query { isReady: Boolean }
  type Subscription { messageReceived: MessageEvent! }
`
