import type { Prisma } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import { inTransaction } from '../db/transaction.ts'
import type { TokenInHand } from '../extensions/access.ts'
import { implementJob, type JobContext } from '../jobs/define-job.ts'
import { createAttempts } from './attempts.ts'
import { expireDue } from './expire.ts'
import { sendMoreSmsJob, sendSmsJob } from './jobs.ts'
import { mayLeave } from './leaving.ts'
import { nextMessage } from './next-message.ts'
import { quietUntil } from './quiet.ts'
import {
  keepLane,
  type Lane,
  LaneLostError,
  releaseLane,
  restIsOver,
  takeLane,
  wakeLane,
} from './send-lane.ts'
import { createSendMessage, type SendMessageDeps } from './send-message.ts'

/** Then the worker goes to the next extension, and this one comes again after those that have waited. */
const messagesInOneGo = 5

type Deps = SendMessageDeps & { readRows: ReadRows; settleMs: number }

type Work = (payload: { extensionRowId: string }, context: JobContext) => Promise<void>

/**
 * How a lane was left: with nothing in it, for its next turn, to rest for a time, until something else wakes it,
 * or with nothing but texts of batches, which rest until that moment.
 */
type Left = 'empty' | 'turn over' | 'resting' | 'closed' | Date

/**
 * Sends what waits in an extension's lane, oldest first, one at a time.
 *
 * A job is only a wake-up: the messages themselves say what is to be done. If the lane is taken, its
 * holder looks once more when leaving it, so nothing that was committed before stays behind.
 */
export const sendSms = (deps: Deps) => {
  const { db, readRows, eventLog, queue, access, alarms, clock } = deps
  const attempts = createAttempts(deps)
  const send = createSendMessage({ ...deps, attempts })

  const sendWaiting: Work = async ({ extensionRowId }, { signal }) => {
    const lane = await takeLane(deps, extensionRowId)
    if (!lane) return
    let left: Left = 'closed'
    try {
      using _ = keepLane(db, lane)
      if (lane.isInterrupted) await attempts.closeInterrupted(lane)
      left = await drain(lane, signal)
    } catch (error) {
      if (!(error instanceof LaneLostError)) throw error
    } finally {
      await leave(lane, left)
    }
  }
  return [implementJob(sendSmsJob, sendWaiting), implementJob(sendMoreSmsJob, sendWaiting)]

  /**
   * Lets go of the lane, and looks once more, in one transaction: whoever adds to the lane either has
   * committed and is seen, or waits for the lane's row and then finds that it has to be woken.
   */
  async function leave(lane: Lane, left: Left) {
    const { extensionRowId } = lane
    await inTransaction(db, async (tx) => {
      const wasOurs = await releaseLane(tx, lane)
      // One that is closed has somebody else who wakes it. So has one that rests; but a short rest may be over by
      // now, and who came to end it has found the lane taken.
      if (!wasOurs || left === 'closed') return
      if (left === 'resting' && !(await restIsOver(tx, extensionRowId))) return
      const batches = !(left instanceof Date)
      const read = (sql: Prisma.Sql) => tx.$queryRaw<unknown[]>(sql)
      if (!(await nextMessage(read, { extensionRowId, now: clock.now(), batches }))) return
      await wakeLane(tx, queue, extensionRowId, { turn: batches ? 'another' : 'first' })
    })
    if (left instanceof Date) alarms.wakeAt(extensionRowId, left, { turn: 'another' })
  }

  async function drain(lane: Lane, signal: AbortSignal): Promise<Left> {
    const { extensionRowId } = lane
    // Of the first one, while that is looked for: a lane that was woken is hardly ever empty.
    let token: TokenInHand | undefined = access.token(extensionRowId)
    let batchesRestUntil: Date | undefined
    for (let sent = 0; ; sent += 1) {
      const batches = !batchesRestUntil
      const next = await nextMessage(readRows, { extensionRowId, now: clock.now(), batches })
      if (!next) return batchesRestUntil ?? 'empty'
      const { message, quietHours } = next
      if (signal.aborted || sent >= messagesInOneGo) return 'turn over'
      if (message.expiresAt && message.expiresAt <= clock.now()) {
        await eventLog.transaction((tx, record) =>
          expireDue(tx, record, { id: message.id }, clock.now()),
        )
        continue
      }
      // Before it takes from the budget: thousands may have to wait for the morning.
      if (await quietUntil(db, { clock }, message, clock.now(), quietHours)) {
        await eventLog.transaction(async (tx, record) => {
          await mayLeave(tx, record, { queue, clock }, message.id)
        })
        continue
      }
      const outcome = await send(lane, next, token)
      token = undefined
      if (outcome === 'resting' || outcome === 'closed') return outcome
      if (outcome instanceof Date) batchesRestUntil = outcome
    }
  }
}
