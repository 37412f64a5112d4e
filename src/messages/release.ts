import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { releaseMessageJob } from './jobs.ts'
import { wakeLane } from './send-lane.ts'
import { noteStep, recordSteps } from './status.ts'

/** A transaction should be short, and what is due at nine o'clock may be thousands. */
const handful = 100

/** Notes until when a message waits, and has it let go then. */
export async function putOff(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  message: Pick<Message, 'id' | 'tenantId' | 'status'>,
  sendAt: Date,
  why = 'Waiting for its time',
): Promise<void> {
  const note = `${why}: not before ${sendAt.toISOString()}.`
  const { status } = message
  await noteStep(tx, message, status === 'SCHEDULED' ? { status, note } : { note })
  await queue.send(tx, releaseMessageJob, { messageId: message.id }, { startAfter: sendAt })
}

/**
 * Lets go what is due in the lane of a message: it joins those that wait to be sent. A job that comes for a
 * message that was put off further, or taken back, finds it so and leaves it.
 */
export const releaseMessage = ({
  db,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}) =>
  implementJob(releaseMessageJob, async ({ messageId }) => {
    const message = await db.message.findUnique({ where: { id: messageId } })
    if (!message?.sendAt || message.sendAt > clock.now()) return
    const { extensionRowId } = message
    for (let released = handful; released === handful; ) {
      released = await eventLog.transaction(async (tx, record) => {
        // The lane before the messages, as its holder locks them.
        await wakeLane(tx, queue, extensionRowId)
        const due = { extensionRowId, status: 'SCHEDULED', sendAt: { lte: clock.now() } } as const
        const some = await tx.message.findMany({
          where: due,
          orderBy: { sendAt: 'asc' },
          take: handful,
          select: { id: true },
        })
        const free = await tx.message.updateManyAndReturn({
          where: { ...due, id: { in: some.map(({ id }) => id) } },
          data: { status: 'QUEUED' },
        })
        await recordSteps(tx, record, free)
        return some.length
      })
    }
  })
