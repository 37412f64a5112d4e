import type { Db } from '../db/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import type { MediaAddresses } from '../http/media-addresses.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { createAcceptCall } from './accept-call.ts'
import { createActiveCalls } from './active-calls.ts'
import { createCallControl } from './control.ts'
import { createRecordings } from './recordings.ts'

/** What resolvers do with calls. */
export function createCallServices(deps: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  recordingAddresses: MediaAddresses
  logLagMs: number
  clock: Clock
  logger: Logger
}) {
  return {
    acceptCall: createAcceptCall(deps),
    activeCalls: createActiveCalls(deps),
    callControl: createCallControl(deps),
    recordings: createRecordings({ ...deps, addresses: deps.recordingAddresses }),
  }
}
