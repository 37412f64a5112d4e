/**
 * High-volume texts (A2P), which RingCentral keeps apart from all mailboxes: they belong to the account, go out in
 * batches, and have no conversations, no read state and no sync. All of it needs A2PSMS.
 */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { messageRecord } from './message-record.ts'
import { accountPath } from './paths.ts'
import { id, listOf, maybe, time } from './values.ts'

/** As lists, single reads and notifications carry it: a record of the message store, with its batch. */
export const highVolumeRecord = z
  .object({
    id,
    batchId: maybe(id),
    from: z.string(),
    to: z.array(z.string()),
    text: maybe(z.string()),
    creationTime: time,
    messageStatus: maybe(z.string()),
    segmentCount: maybe(z.number()),
    direction: z.enum(['Inbound', 'Outbound']),
    errorCode: maybe(z.string()),
  })
  .transform(({ batchId, from, to, text, creationTime, errorCode, ...told }) => ({
    ...messageRecord.parse({
      ...told,
      type: 'SMS',
      from: { phoneNumber: from },
      to: to.map((phoneNumber) => ({ phoneNumber })),
      subject: text,
      creationTime: creationTime.toISOString(),
      deliveryErrorCode: errorCode,
      // Nothing marks one as read there, so what comes in is new.
      ...(told.direction === 'Inbound' && { messageStatus: 'Received', readStatus: 'Unread' }),
    }),
    /** Which batch it was handed over in; absent for what came in. */
    batchId,
  }))

export type HighVolumeRecord = z.output<typeof highVolumeRecord>

const createdBatch = z.object({
  id,
  /** Who was left out, told by this answer alone. */
  rejected: listOf(
    z.object({
      /** The place in the request, from 1. */
      index: maybe(z.number()),
      to: listOf(z.string()),
      errorCode: maybe(z.string()),
    }),
  ),
})

/** `requestId` is RingCentral's `RCRequestId`. */
export type CreatedBatch = z.output<typeof createdBatch> & { requestId?: string | undefined }

export interface CreateBatchRequest {
  from: string
  /** One person each, and nobody twice. */
  messages: readonly { to: string; text: string }[]
}

export interface ListHighVolumeQuery {
  /** Required, since RingCentral would otherwise look at the last 24 hours only. */
  dateFrom: Date
  direction?: 'Inbound' | 'Outbound'
  /** Of either side; at most 15. */
  phoneNumber: readonly string[]
  pageToken?: string
}

const messagePage = z.object({
  records: z.array(highVolumeRecord),
  // Nothing lenient here: a next page that we cannot read must not pass for the last one.
  paging: z.object({ nextPageToken: z.string().nullish() }).nullish(),
})

export interface HighVolumeApi {
  /**
   * Hands over some texts at once. Returning means that those which are not `rejected` are accepted. It tells no
   * ids of them: the list does. The same doubt holds as for `sendSms`.
   */
  createBatch(request: CreateBatchRequest): Promise<CreatedBatch>
  /** One page of what these numbers sent and got, with its words. */
  listMessages(
    query: ListHighVolumeQuery,
  ): Promise<{ messages: HighVolumeRecord[]; nextPageToken: string | undefined }>
}

export function createHighVolumeApi(call: CallApi): HighVolumeApi {
  return {
    async createBatch({ from, messages }) {
      let requestId: string | undefined
      const created = await call({
        operation: 'highVolume.createBatch',
        method: 'POST',
        path: accountPath('/a2p-sms/batches'),
        body: { from, messages: messages.map(({ to, text }) => ({ to: [to], text })) },
        timeoutMs: 20_000,
        answer: createdBatch,
        onRequestId: (id) => {
          requestId = id
        },
      })
      return { ...created, requestId }
    },

    async listMessages(query) {
      const { records, paging } = await call({
        operation: 'highVolume.listMessages',
        path: accountPath('/a2p-sms/messages'),
        query: { view: 'Detailed', perPage: 1000, ...query },
        answer: messagePage,
      })
      return { messages: records, nextPageToken: paging?.nextPageToken ?? undefined }
    },
  }
}
