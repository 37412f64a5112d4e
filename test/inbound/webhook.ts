import { randomUUID } from 'node:crypto'
import { ava } from '../support/gateway.ts'

export type Webhook = ReturnType<ReturnType<typeof captureWebhook>['webhook']>

/** Learns the secrets of webhooks from the requests that create them, to post what RingCentral would. */
export function captureWebhook() {
  const created: { url: string; token: string; id: string }[] = []
  const capturing: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (init?.method === 'POST' && String(input).endsWith('/subscription')) {
      const { deliveryMode } = JSON.parse(String(init.body))
      const { id } = (await response.clone().json()) as { id: string }
      created.push({ url: deliveryMode.address, token: deliveryMode.verificationToken, id })
    }
    return response
  }

  return {
    fetch: capturing,
    /** The first one, or a later one of somebody else. */
    webhook({ place = 0, person = ava } = {}) {
      const one = created[place]
      if (!one) throw new Error(`Webhook ${place} has not been created`)
      const { url, token, id } = one
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
            event: `/restapi/v1.0/account/400131426008/extension/${person.extensionId}/message-store/instant?type=SMS`,
            timestamp: now,
            subscriptionId: id,
            ownerId: person.extensionId,
            body: {
              id: String(Math.floor(Math.random() * 1e15)),
              to: [{ phoneNumber: person.number, target: true }],
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
