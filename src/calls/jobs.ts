import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Brings our calls up to RingCentral's call log, of an extension or of its account. `singletonKey` is the extension. */
export const syncCallLogJob = defineJob({
  name: 'sync-call-log',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/** Asks RingCentral whether a call still goes on of which nothing was heard for a while. `singletonKey` is the call. */
export const checkCallJob = defineJob({
  name: 'check-call',
  payload: z.object({ callId: z.string() }),
  policy: 'short',
})

/** Makes the calls that were known before an extension connected its own. `singletonKey` is the extension. */
export const adoptCallsJob = defineJob({
  name: 'adopt-calls',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/** Ends the calls of an extension that nobody can follow any more. `singletonKey` is the extension. */
export const endUnfollowedJob = defineJob({
  name: 'end-unfollowed-calls',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/** Syncs call logs that nobody woke, and has calls looked at that never ended; made by a schedule. */
export const sweepCallsJob = defineJob({ name: 'sweep-calls', payload: z.object({}) })

/** Has RingCentral ring for a call that was accepted. */
export const startCallJob = defineJob({
  name: 'start-call',
  payload: z.object({ callId: z.string() }),
  concurrency: 6,
})

/** Finds out what has become of a call that was started here, while no notification tells. */
export const settleCallJob = defineJob({
  name: 'settle-call',
  payload: z.object({ callId: z.string(), look: z.number().int() }),
})
