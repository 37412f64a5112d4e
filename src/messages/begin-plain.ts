import { type BudgetTaken, budgetArguments, refused } from '../db/budget.ts'
import { isConflict } from '../db/errors.ts'
import { type Message, type MessageAttempt, Prisma } from '../db/generated/client/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Budget } from '../extensions/access.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { type Lane, LaneLostError, leaseMs } from './send-lane.ts'

type Begun = {
  outcome: 'begun' | 'lost' | 'look' | 'closed'
  number: number
  sequence: bigint | string
  usedAt: Date
  retryAfterMs: number
}

/** The attempt, and the use of the budget that it was begun with; or no attempt, since no use was granted. */
export type BegunPlain = { attempts: MessageAttempt[]; taken: BudgetTaken }

/**
 * Takes from the budget, and begins the first attempt of a text that nothing stands in the way of, in one statement: see
 * `beginWithinBudget` in the migrations. Undefined, and nothing is done, where something may: then the use is taken by
 * itself, and `mayLeave` looks at the text step by step.
 *
 * @throws LaneLostError
 */
export async function beginPlain(
  {
    readRows,
    eventLog,
    clock,
  }: { readRows: ReadRows; eventLog: Pick<EventLog, 'announce'>; clock: Clock },
  lane: Lane,
  highVolume: boolean,
  messages: readonly Message[],
  { key, ...limit }: Budget,
): Promise<BegunPlain | undefined> {
  const [message, another] = messages
  if (!message || another || message.batchId !== null) return undefined
  const { id: messageId, tenantId } = message
  const id = createId('MessageAttempt')
  const startedAt = clock.now()
  const [begun] = await readRows<Begun>(Prisma.sql`
    SELECT * FROM "beginWithinBudget"(${lane.extensionRowId}, ${lane.leaseId}, ${leaseMs}::int,
      ${messageId}, ${id}, ${highVolume}, ${startedAt}, ${budgetArguments(key, limit)})`).catch(
    (error) => {
      if (isConflict(error)) return []
      throw error
    },
  )
  if (begun?.outcome === 'lost') throw new LaneLostError()
  if (begun?.outcome === 'closed') return { attempts: [], taken: refused(begun.retryAfterMs) }
  if (begun?.outcome !== 'begun') return undefined
  eventLog.announce(tenantId, BigInt(begun.sequence))
  const { number, usedAt: at } = begun
  const open = { finishedAt: null, outcome: null, rcRequestId: null, errorCode: null }
  const attempt = { id, tenantId, messageId, number, startedAt, ...open }
  return { attempts: [attempt], taken: { granted: true, at } }
}
