import { randomUUID } from 'node:crypto'

/** Where RingCentral posts for an extension, and what proves that it is RingCentral. */
export type Webhook = {
  address: string
  token: string
  subscriptionId: string
  extensionId: string
  number: string
}

/** What is asked for: always the same, or something new each time. */
export type Wish =
  | { kind: 'same'; path: string; headers?: Record<string, string>; body: string }
  | { kind: 'notification'; webhooks: Webhook[] }
  | { kind: 'sms'; path: string; headers?: Record<string, string>; from: string[] }

export type Request = { path: string; headers: Record<string, string>; body: string }

const sendSms = `mutation ($input: SendSmsInput!) { sendSms(input: $input) {
  ... on Message { id status createdAt } ... on Error { message code } } }`

/** The `n`th request. */
export function requestOf(wish: Wish, n: number): Request {
  const json = { 'content-type': 'application/json' }
  if (wish.kind === 'same') {
    return { path: wish.path, headers: { ...json, ...wish.headers }, body: wish.body }
  }
  if (wish.kind === 'notification') {
    const webhook = wish.webhooks[n % wish.webhooks.length]
    if (!webhook) throw new Error('There is no webhook')
    return {
      path: new URL(webhook.address).pathname,
      headers: { ...json, 'verification-token': webhook.token },
      body: JSON.stringify(notificationOf(webhook, n)),
    }
  }
  const input = {
    from: wish.from[n % wish.from.length],
    to: [customerOf(n)],
    text: wordsOf(n),
  }
  return {
    path: wish.path,
    headers: { ...json, ...wish.headers },
    body: JSON.stringify({ query: sendSms, variables: { input } }),
  }
}

/** Of a text that came in, as RingCentral posts it. */
function notificationOf({ subscriptionId, extensionId, number }: Webhook, n: number) {
  const now = new Date().toISOString()
  return {
    uuid: randomUUID(),
    event: `/restapi/v1.0/account/400131426008/extension/${extensionId}/message-store/instant?type=SMS`,
    timestamp: now,
    subscriptionId,
    ownerId: extensionId,
    body: {
      id: String(8_000_000_000 + n),
      to: [{ phoneNumber: number, target: true }],
      from: { phoneNumber: customerOf(n) },
      type: 'SMS',
      creationTime: now,
      lastModifiedTime: now,
      readStatus: 'Unread',
      priority: 'Normal',
      attachments: [],
      direction: 'Inbound',
      availability: 'Alive',
      subject: wordsOf(n),
      messageStatus: 'Received',
      conversation: { id: String(9_000_000_000 + (n % 500)) },
      eventType: 'Create',
    },
  }
}

const customerOf = (n: number) => `+1415555${String(n % 5_000).padStart(4, '0')}`
const wordsOf = (n: number) =>
  `Your order ${n} is on its way, and should be with you tomorrow before noon.`
