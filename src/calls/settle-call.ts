import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock } from '../lib/clock.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { ActiveCalls } from './active-calls.ts'
import { moveStarted } from './call-attempts.ts'
import { settleCallJob } from './jobs.ts'
import { requestCallSync } from './request-call-sync.ts'

/** Less and less often, until a call that nobody told of is over in any case. */
const looks = 6

/**
 * Follows a call that was started here and of which no notification has told: by the click to call itself
 * where RingCentral named one, and else by the calls that go on and by the log. Never rings.
 */
export const settleCall = ({
  db,
  eventLog,
  queue,
  access,
  activeCalls,
  settleMs,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  activeCalls: Pick<ActiveCalls, 'readNow'>
  settleMs: number
  clock: Clock
}) => {
  return implementJob(settleCallJob, async ({ callId, look }) => {
    const call = await db.call.findFirst({
      where: {
        id: callId,
        sessionKey: null,
        status: { in: ['RINGING', 'ANSWERED', 'UNCONFIRMED'] },
      },
      include: { extension: true },
    })
    if (!call?.extension) return
    const { extension, ringOutId } = call
    try {
      if (ringOutId !== null) {
        const { state } = await access.call(extension.id, (api) => api.ringOut.get(ringOutId))
        await eventLog.transaction(async (tx, record) => {
          const end = { status: 'ENDED', endedAt: clock.now() } as const
          if (state === 'connected') {
            await moveStarted(tx, record, callId, ['RINGING'], { status: 'ANSWERED' })
          } else if (state === 'failed') {
            await moveStarted(tx, record, callId, ['RINGING'], { ...end, result: 'NO_ANSWER' })
          } else if (state === 'ended') {
            await moveStarted(tx, record, callId, ['RINGING', 'ANSWERED'], end)
          }
        })
      } else if (covers(extension, 'ReadCallLog')) {
        await activeCalls.readNow(extension)
      }
    } catch (error) {
      // What may not be asked is not known: then it stays as it is.
      if (error instanceof NotConnectedError || error instanceof RingCentralRefusedError) return
      throw error
    }
    await inTransaction(db, async (tx) => {
      await requestCallSync(tx, queue, extension.id)
      // One that RingCentral named is followed to its end.
      if (ringOutId === null && look + 1 >= looks) return
      const startAfter = after(clock.now(), settleMs * 2 ** Math.min(look, looks - 2))
      await queue.send(tx, settleCallJob, { callId, look: look + 1 }, { startAfter })
    })
  })
}
