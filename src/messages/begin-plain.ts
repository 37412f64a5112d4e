import type { Db } from '../db/client.ts'
import { isConflict } from '../db/errors.ts'
import type { Message, MessageAttempt } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { type Lane, LaneLostError, leaseMs } from './send-lane.ts'

type Begun = { outcome: 'begun' | 'lost' | 'look'; number: number; sequence: bigint }

/**
 * Begins the first attempt of a text that nothing stands in the way of, in one statement: see `beginAttempt` in the
 * migrations. Undefined, and nothing is done, where something may: then `mayLeave` looks at it step by step.
 *
 * @throws LaneLostError
 */
export async function beginPlain(
  { db, eventLog, clock }: { db: Db; eventLog: Pick<EventLog, 'announce'>; clock: Clock },
  lane: Lane,
  highVolume: boolean,
  messages: readonly Message[],
): Promise<MessageAttempt[] | undefined> {
  const [message, another] = messages
  if (!message || another) return undefined
  const { id: messageId, tenantId } = message
  const id = createId('MessageAttempt')
  const startedAt = clock.now()
  const [begun] = await db.$queryRaw<Begun[]>`
    SELECT * FROM "beginAttempt"(${lane.extensionRowId}, ${lane.leaseId}, ${leaseMs}::int,
      ${messageId}, ${id}, ${highVolume}, ${startedAt})`.catch((error) => {
    if (isConflict(error)) return []
    throw error
  })
  if (begun?.outcome === 'lost') throw new LaneLostError()
  if (begun?.outcome !== 'begun') return undefined
  eventLog.announce(tenantId, begun.sequence)
  const { number } = begun
  const open = { finishedAt: null, outcome: null, rcRequestId: null, errorCode: null }
  return [{ id, tenantId, messageId, number, startedAt, ...open }]
}
