import type { Clock } from '../clock.ts'
import type { Call } from './call.ts'

/** Finished calls as the call log shows them, which is some time after they ended. */
export interface CallLog {
  add(call: Call): void
  /** Newest first. */
  newestFirst(accountId: string, extensionId?: string): Call[]
  /** What came into the log at or after `since`. */
  addedSince(since: number, accountId: string, extensionId?: string): Call[]
  find(id: string): Call | undefined
}

export function createCallLog(clock: Clock): CallLog {
  const calls: Call[] = []

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
    },
    newestFirst: (accountId, extensionId) =>
      of(accountId, extensionId).sort((one, other) => other.startedAt - one.startedAt),
    addedSince: (since, accountId, extensionId) =>
      of(accountId, extensionId).filter((call) => call.modifiedAt >= since),
    find: (id) => calls.find((call) => call.id === id),
  }
}
