import { randomUUID } from 'node:crypto'

export type Webhook = ReturnType<ReturnType<typeof captureWebhook>['webhook']>

/** Learns the secrets of a webhook from the request that creates it, to post what RingCentral would. */
export function captureWebhook() {
  let created: { url: string; token: string; id: string } | undefined
  const capturing: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (init?.method === 'POST' && String(input).endsWith('/subscription')) {
      const { deliveryMode } = JSON.parse(String(init.body))
      const { id } = (await response.clone().json()) as { id: string }
      created ??= { url: deliveryMode.address, token: deliveryMode.verificationToken, id }
    }
    return response
  }

  return {
    fetch: capturing,
    webhook() {
      if (!created) throw new Error('No webhook has been created')
      const { url, token, id } = created
      const headers = { 'verification-token': token }
      return {
        url,
        headers,
        post: (
          body: string | Uint8Array<ArrayBuffer> | object,
          options: { url?: string; headers?: Record<string, string> } = {},
        ) =>
          fetch(options.url ?? url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...(options.headers ?? headers) },
            body:
              typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
          }),

        /** A notification of an inbound text, as RingCentral sends it. */
        text(text: string) {
          const now = new Date().toISOString()
          return {
            uuid: randomUUID(),
            event:
              '/restapi/v1.0/account/400131426008/extension/62264425016/message-store/instant?type=SMS',
            timestamp: now,
            subscriptionId: id,
            ownerId: '62264425016',
            body: {
              id: String(Math.floor(Math.random() * 1e15)),
              to: [{ phoneNumber: '+12025550101', target: true }],
              from: { phoneNumber: '+14155550123' },
              type: 'SMS',
              creationTime: now,
              lastModifiedTime: now,
              readStatus: 'Unread',
              priority: 'Normal',
              attachments: [],
              direction: 'Inbound',
              availability: 'Alive',
              subject: text,
              messageStatus: 'Received',
              conversation: { id: '7' },
              eventType: 'Create',
            },
          }
        },
      }
    },
  }
}
