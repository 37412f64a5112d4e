/** Calls that are over, newest first. A call appears some 30 seconds after its end. */

import type { CallApi } from './call-api.ts'
import { type CallRecord, callRecord } from './call-record.ts'
import { collectPages, pageOf } from './paging.ts'
import { accountPath, extensionPath } from './paths.ts'
import type { Operation } from './rate-limits.ts'

export interface CallLogQuery {
  /** Required, since RingCentral would otherwise look at the last 24 hours only. */
  dateFrom: Date
  dateTo?: Date
  direction?: 'Inbound' | 'Outbound'
  /** E.164; RingCentral wants it without the `+` here, which is taken off. */
  phoneNumber?: string
  /** 250 unless told, at most 1000. */
  perPage?: number
  /**
   * Each page is one request of the Heavy group, of which a user has 10 a minute. 5 unless told.
   */
  maxPages?: number
}

export interface CallLog {
  calls: CallRecord[]
  /** False when `maxPages` ended the reading: older calls are missing. */
  complete: boolean
}

export interface CallLogApi {
  listExtensionCalls(query: CallLogQuery): Promise<CallLog>
  /** Of everybody in the account; needs FullCompanyCallLog, else `CMN-408`. */
  listAccountCalls(query: CallLogQuery): Promise<CallLog>
}

export function createCallLogApi(call: CallApi): CallLogApi {
  async function list(operation: Operation, path: string, query: CallLogQuery): Promise<CallLog> {
    const { maxPages = 5, perPage = 250, phoneNumber, ...rest } = query
    const firstPage = { ...rest, perPage, phoneNumber: phoneNumber?.replace(/^\+/, '') }
    const { records, complete } = await collectPages(
      // A next page's path carries the query of the first.
      (nextPath) =>
        nextPath === undefined
          ? call({ operation, path, query: firstPage, answer: pageOf(callRecord) })
          : call({ operation, path: nextPath, answer: pageOf(callRecord) }),
      maxPages,
    )
    return { calls: records, complete }
  }

  return {
    listExtensionCalls: (query) =>
      list('callLog.listExtensionCalls', extensionPath('/call-log'), query),
    listAccountCalls: (query) => list('callLog.listAccountCalls', accountPath('/call-log'), query),
  }
}
