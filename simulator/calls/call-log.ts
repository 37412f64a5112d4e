import type { Clock } from '../clock.ts'
import { type Call, isRecorded } from './call.ts'

/** Finished calls as the call log shows them, which is some time after they ended. */
export interface CallLog {
  add(call: Call): void
  /** Newest first. */
  newestFirst(accountId: string, extensionId?: string, deletedToo?: boolean): Call[]
  /** What came into the log at or after `since`. */
  addedSince(since: number, accountId: string, extensionId?: string): Call[]
  find(id: string): Call | undefined
  findRecording(id: string): Call | undefined
  /** The lines that are about the same call of the same extension: two of a click to call. */
  legsOf(call: Call): Call[]
  /** The lines of everybody who took part. */
  sidesOf(call: Call): Call[]
  /** Answers how many went. */
  remove(extensionId: string, startedBefore: number): number
}

export function createCallLog(clock: Clock): CallLog {
  const calls: Call[] = []
  const legs = new Map<string, Call[]>()
  const keyOf = (call: Call) => `${call.telephonySessionId} ${call.extensionId}`

  const of = (accountId: string, extensionId?: string) =>
    calls.filter(
      (call) =>
        call.accountId === accountId &&
        (extensionId === undefined || call.extensionId === extensionId),
    )

  return {
    add(call) {
      call.modifiedAt = clock.now()
      calls.push(call)
      legs.set(keyOf(call), [...(legs.get(keyOf(call)) ?? []), call])
    },
    newestFirst: (accountId, extensionId, deletedToo = false) =>
      of(accountId, extensionId)
        .filter((call) => deletedToo || !call.deleted)
        .sort((one, other) => other.startedAt - one.startedAt),
    addedSince: (since, accountId, extensionId) =>
      of(accountId, extensionId).filter((call) => call.modifiedAt >= since),
    find: (id) => calls.find((call) => call.id === id),
    findRecording: (id) => calls.find((call) => call.recordingId === id && isRecorded(call)),
    sidesOf: ({ telephonySessionId }) =>
      calls.filter((call) => call.telephonySessionId === telephonySessionId),
    legsOf: (call) => legs.get(keyOf(call)) ?? [call],
    remove(extensionId, startedBefore) {
      const gone = calls.filter(
        (call) =>
          call.extensionId === extensionId && !call.deleted && call.startedAt <= startedBefore,
      )
      for (const call of gone) {
        call.deleted = true
        call.modifiedAt = clock.now()
      }
      return gone.length
    },
  }
}
