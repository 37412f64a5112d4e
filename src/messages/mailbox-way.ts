import type { RingCentralApi } from '../ringcentral/client.ts'
import { handOver } from './hand-over.ts'
import { rcTypeOf } from './message-type.ts'
import { statusFromRingCentral } from './status.ts'
import type { ShownRecord, Way } from './way.ts'

/** Ordinary texts, pictures and messages of colleagues: one by one, and shown in the extension's mailbox. */
export const mailboxWay: Way = {
  highVolume: false,

  gather: async (_db, head) => [head],

  async handOver(api, [message], files) {
    if (!message) throw new Error('There is nothing to hand over')
    const accepted = await handOver(api, message, files)
    const change = {
      ...statusFromRingCentral(accepted.status, undefined),
      rcMessageId: accepted.id,
      rcConversationId: accepted.conversationId ?? null,
    }
    return { requestId: accepted.requestId, taken: [message], change, refused: [] }
  },

  async search({ messages }: RingCentralApi, { type }, since) {
    const records: ShownRecord[] = []
    for (let page = 1; ; page += 1) {
      const found = await messages.listMessages({
        messageTypes: [rcTypeOf(type)],
        direction: 'Outbound',
        dateFrom: since,
        page,
        perPage: 1000,
      })
      records.push(...found.messages)
      if (!found.hasNextPage) return records
    }
  },
}
