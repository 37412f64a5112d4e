/** Following the call log: what came into it, changed or left it since last time. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { type CallRecord, callRecord } from './call-record.ts'
import { orDeadToken } from './dead-token.ts'
import type { Operation } from './rate-limits.ts'
import { id, syncInfo } from './values.ts'

/** `full` begins anew with the newest calls, back to `dateFrom`. */
export type SyncCallLogQuery =
  | {
      type: 'full'
      /** 30 days back when not told. */
      dateFrom?: Date
      /** RingCentral's maximum of 250 unless told. */
      recordCount?: number
    }
  | { type: 'incremental'; syncToken: string }

export interface CallLogSync {
  /**
   * In the detailed view, with their legs. The windows of two syncs overlap: expect the same call
   * twice, and upsert by id.
   */
  calls: CallRecord[]
  /** Deleted from RingCentral's log. */
  goneIds: string[]
  /** For the next incremental sync. */
  syncToken: string
  syncTime: Date | undefined
  /** After a full sync that brought as many calls as it may: older ones are for a list to find. */
  olderRecordsMayExist: boolean
}

const mostRecords = 250

const syncAnswer = z.object({
  records: z.array(
    z.union([
      z.object({ id, deleted: z.literal(true) }).transform((record) => ({ goneId: record.id })),
      callRecord.transform((call) => ({ call })),
    ]),
  ),
  syncInfo,
})

/** Throws SyncTokenExpiredError when only a full sync helps. */
export async function syncCallLog(
  call: CallApi,
  operation: Operation,
  path: string,
  query: SyncCallLogQuery,
): Promise<CallLogSync> {
  const { type, ...params } = query
  const incremental = type === 'incremental'
  const wanted = { recordCount: mostRecords, showDeleted: true, ...params }
  const { records, syncInfo } = await call({
    operation,
    path,
    query: incremental
      ? { syncType: 'ISync', view: 'Detailed', ...params }
      : { syncType: 'FSync', view: 'Detailed', ...wanted },
    timeoutMs: 20_000,
    answer: syncAnswer,
  }).catch((error: unknown) => {
    throw incremental ? orDeadToken(error) : error
  })
  return {
    calls: records.flatMap((record) => ('call' in record ? [record.call] : [])),
    goneIds: records.flatMap((record) => ('goneId' in record ? [record.goneId] : [])),
    syncToken: syncInfo.syncToken,
    syncTime: syncInfo.syncTime,
    olderRecordsMayExist: !incremental && records.length >= wanted.recordCount,
  }
}
