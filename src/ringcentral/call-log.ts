/**
 * Calls that are over, newest first: a call appears some 30 seconds after its end. Beside them
 * those that go on, which RingCentral's list knows 3 to 10 seconds late.
 */
import type { CallApi } from './call-api.ts'
import { type CallLogSync, type SyncCallLogQuery, syncCallLog } from './call-log-sync.ts'
import { type CallRecord, callRecord } from './call-record.ts'
import { collectPages, pageOf } from './paging.ts'
import { accountPath, extensionPath } from './paths.ts'
import type { Operation } from './rate-limits.ts'

export interface CallLogQuery {
  /** Required, since RingCentral would otherwise look at the last 24 hours only. */
  dateFrom: Date
  dateTo?: Date
  direction?: 'Inbound' | 'Outbound'
  type?: 'Voice' | 'Fax'
  /** `Detailed` brings the legs; `Simple` unless told. */
  view?: 'Simple' | 'Detailed'
  /** Calls with a recording only. */
  recordingType?: 'Automatic' | 'OnDemand' | 'All'
  /** E.164; RingCentral wants it without the `+` here, which is taken off. */
  phoneNumber?: string
  extensionNumber?: string
  telephonySessionId?: string
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
  /** Throws SyncTokenExpiredError when only a full sync helps. */
  syncExtensionCalls(query: SyncCallLogQuery): Promise<CallLogSync>
  /** The same for everybody in the account. */
  syncAccountCalls(query: SyncCallLogQuery): Promise<CallLogSync>
  /**
   * Going on, or over for no more than two minutes. For what happens now, listen to telephony
   * sessions.
   */
  listActiveExtensionCalls(): Promise<CallRecord[]>
  listActiveAccountCalls(): Promise<CallRecord[]>
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

  async function listActive(operation: Operation, path: string): Promise<CallRecord[]> {
    const fetchPage = (nextPath = `${path}?perPage=250`) =>
      call({ operation, path: nextPath, answer: pageOf(callRecord) })
    return (await collectPages(fetchPage, 5)).records
  }

  return {
    listExtensionCalls: (query) =>
      list('callLog.listExtensionCalls', extensionPath('/call-log'), query),
    listAccountCalls: (query) => list('callLog.listAccountCalls', accountPath('/call-log'), query),
    syncExtensionCalls: (query) =>
      syncCallLog(call, 'callLog.syncExtensionCalls', extensionPath('/call-log-sync'), query),
    syncAccountCalls: (query) =>
      syncCallLog(call, 'callLog.syncAccountCalls', accountPath('/call-log-sync'), query),
    listActiveExtensionCalls: () =>
      listActive('callLog.listActiveExtensionCalls', extensionPath('/active-calls')),
    listActiveAccountCalls: () =>
      listActive('callLog.listActiveAccountCalls', accountPath('/active-calls')),
  }
}
