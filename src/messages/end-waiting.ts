import type { Tx } from '../db/client.ts'
import type { Message, Prisma } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { recordSteps } from './status.ts'

/**
 * So many at a time: a transaction has to be short, since others wait meanwhile for what it holds, and one that
 * takes seconds is broken off, every time that it is tried again.
 */
const handful = 200

/**
 * Ends messages that wait and have not left: some of those that are meant. What is on its way to RingCentral,
 * or may have arrived there, is not touched.
 *
 * @returns whether there may be more
 */
export async function endWaiting(
  tx: Tx,
  record: RecordEvent,
  which: Prisma.MessageWhereInput,
  end: Pick<Message, 'status'> & Partial<Pick<Message, 'errorCode' | 'errorMessage'>>,
  note?: string,
): Promise<boolean> {
  const waiting: Prisma.MessageWhereInput = {
    ...which,
    OR: [{ status: { in: ['QUEUED', 'SCHEDULED'] } }, { status: 'SENDING', mayRetry: true }],
  }
  const some = await tx.message.findMany({ where: waiting, take: handful, select: { id: true } })
  const ended = await tx.message.updateManyAndReturn({
    // Asked once more: meanwhile one may have begun to leave.
    where: { AND: [waiting, { id: { in: some.map(({ id }) => id) } }] },
    data: { ...end, mayRetry: false },
  })
  await recordSteps(tx, record, ended, note)
  return some.length === handful
}
