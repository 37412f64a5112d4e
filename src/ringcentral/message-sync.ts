/**
 * Following a mailbox: the reliable source of delivery reports, and of whatever no notification
 * told.
 */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { RingCentralRefusedError, SyncTokenExpiredError } from './errors.ts'
import { type MessageRecord, type MessageType, messageRecord } from './message-record.ts'
import { extensionPath } from './paths.ts'
import { id, maybe, syncInfo } from './values.ts'

/**
 * `full` begins anew at `dateFrom`; `incremental` brings what is new or changed since the token was
 * given out.
 */
export type SyncMessagesQuery =
  | {
      type: 'full'
      dateFrom: Date
      recordCount?: number
      /** Texts alone unless told. The incremental syncs that follow bring the same. */
      messageTypes?: readonly MessageType[]
    }
  | { type: 'incremental'; syncToken: string }

export interface MessageSync {
  /**
   * Texts, MMS included, or what was asked for. The windows of two syncs overlap: expect the same message twice, and
   * upsert by id.
   */
  messages: MessageRecord[]
  /** Deleted or purged at RingCentral, which then tells no more than the id. */
  goneIds: string[]
  /** For the next incremental sync. */
  syncToken: string
  syncTime: Date | undefined
  /** After a full sync: `recordCount` cut off what is older. */
  olderRecordsExist: boolean
}

const syncAnswer = z.object({
  records: z.array(
    z.union([
      z
        .object({ id, availability: z.enum(['Deleted', 'Purged']) })
        .transform((record) => ({ goneId: record.id })),
      messageRecord.transform((message) => ({ message })),
    ]),
  ),
  syncInfo: syncInfo.extend({ olderRecordsExist: maybe(z.boolean()) }),
})

/** Throws SyncTokenExpiredError when only a full sync helps. */
export async function syncMessages(call: CallApi, query: SyncMessagesQuery): Promise<MessageSync> {
  const incremental = query.type === 'incremental'
  const { records, syncInfo } = await call({
    operation: 'messages.syncMessages',
    path: extensionPath('/message-sync'),
    // The token remembers the filters of the sync that it came from.
    query: paramsOf(query),
    answer: syncAnswer,
  }).catch((error: unknown) => {
    throw incremental && isDeadToken(error) ? new SyncTokenExpiredError(error) : error
  })
  return {
    messages: records.flatMap((record) => ('message' in record ? [record.message] : [])),
    goneIds: records.flatMap((record) => ('goneId' in record ? [record.goneId] : [])),
    syncToken: syncInfo.syncToken,
    syncTime: syncInfo.syncTime,
    olderRecordsExist: syncInfo.olderRecordsExist ?? false,
  }
}

function paramsOf(query: SyncMessagesQuery) {
  if (query.type === 'incremental') return { syncType: 'ISync', syncToken: query.syncToken }
  const { messageTypes = ['SMS'], dateFrom, recordCount } = query
  return { syncType: 'FSync', messageType: messageTypes, dateFrom, recordCount }
}

// CMN-101 is any invalid parameter, but an incremental sync has none besides its token.
const deadTokenCodes = new Set(['CMN-101', 'MSG-333', 'MSG-411'])

function isDeadToken(error: unknown): error is RingCentralRefusedError {
  return (
    error instanceof RingCentralRefusedError &&
    error.code !== undefined &&
    deadTokenCodes.has(error.code)
  )
}
