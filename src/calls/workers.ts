import { implementTogether } from '../jobs/define-job.ts'
import { adoptCalls } from './adopt-calls.ts'
import { checkCall } from './check-call.ts'
import { endUnfollowedCalls } from './end-unfollowed.ts'
import { settleCall } from './settle-call.ts'
import { startCall } from './start-call.ts'
import { sweepCalls } from './sweep.ts'
import { syncCallLog } from './sync-call-log.ts'

/** What is done for calls in the background. */
export const callWorkers = implementTogether(
  startCall,
  settleCall,
  syncCallLog,
  checkCall,
  adoptCalls,
  endUnfollowedCalls,
  sweepCalls,
)
