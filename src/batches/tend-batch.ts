import { isDeepStrictEqual } from 'node:util'
import type { Db } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { endWaiting } from '../messages/end-waiting.ts'
import { expireDue } from '../messages/expire.ts'
import { tendBatchJob } from '../messages/jobs.ts'
import { recordBatch } from './change-batch.ts'
import { countsOf } from './counts.ts'
import { fillBatch, holdBatch } from './fill-batch.ts'
import { sweepBatchesJob } from './jobs.ts'

/** How often those who watch a batch are told, while something moves. */
const tellEvery = seconds(2)
/** Carriers report for some time what became of the last ones. */
const reportsTake = minutes(10)
const lookForReportsEvery = seconds(30)

type Deps = { db: Db; eventLog: EventLog; queue: Pick<JobQueue, 'send'>; clock: Clock }

/**
 * Brings a batch on: makes its messages, takes back those of one that was canceled, ends what has outlived
 * its time, and tells how far it is, until nothing of it waits any more.
 */
export const tendBatch = (deps: Deps) => {
  const { db, eventLog, queue, clock } = deps

  return implementJob(tendBatchJob, async ({ batchId }, { signal }) => {
    let toldAt = clock.now()
    for (const step of [fill, takeBack, expire]) {
      while (!signal.aborted && (await step(batchId))) {
        // Of ten thousand each step takes a while.
        if (clock.now() < after(toldAt, tellEvery)) continue
        await tell(batchId)
        toldAt = clock.now()
      }
    }
    const next = await tell(batchId)
    if (!next) return
    const startAfter = signal.aborted ? clock.now() : next
    await inTransaction(db, (tx) =>
      queue.send(tx, tendBatchJob, { batchId }, { startAfter, singletonKey: batchId }),
    )
  })

  /** @returns whether there may be more */
  function fill(batchId: string): Promise<boolean> {
    return fillBatch(deps, batchId)
  }

  /** @returns whether there may be more */
  function expire(batchId: string): Promise<boolean> {
    return eventLog.transaction((tx, record) => expireDue(tx, record, { batchId }, clock.now()))
  }

  /** @returns whether there may be more */
  function takeBack(batchId: string): Promise<boolean> {
    return eventLog.transaction(async (tx, record) => {
      const batch = await holdBatch(tx, batchId)
      if (batch?.status !== 'CANCELED') return false
      const note = 'Its batch was canceled.'
      return endWaiting(tx, record, { batchId }, { status: 'CANCELED' }, note)
    })
  }

  /** @returns when to look again; undefined when there is nothing to see */
  function tell(batchId: string): Promise<Date | undefined> {
    return eventLog.transaction(async (tx, record) => {
      const batch = await holdBatch(tx, batchId)
      if (!batch) return undefined
      const counts = await countsOf(tx, batchId)
      const isOver = counts.waiting === 0 && counts.sending === 0
      const isNews = !isDeepStrictEqual(counts, batch.counts)
      const completed = isOver && batch.status !== 'CANCELED' && batch.status !== 'COMPLETED'
      if (isNews || completed) {
        const told = await tx.messageBatch.update({
          where: { id: batchId },
          omit: { plan: true },
          data: {
            counts,
            ...(completed && { status: 'COMPLETED', finishedAt: clock.now() }),
          },
        })
        recordBatch(record, told)
      }
      const { sendAt, finishedAt } = batch
      if (!isOver && sendAt && sendAt > clock.now()) return sendAt
      // Whoever resumes it has it looked after again.
      if (batch.status === 'PAUSED' && counts.sending === 0) return undefined
      if (isNews || !isOver) return after(clock.now(), tellEvery)
      const isOld = finishedAt && finishedAt < after(clock.now(), -reportsTake)
      return isOld ? undefined : after(clock.now(), lookForReportsEvery)
    })
  }
}

/**
 * The net under the jobs. What waits for its time, or is paused, changes as well: people opt out, and texts
 * outlive their time.
 */
export const sweepBatches = ({ db, queue, clock }: Pick<Deps, 'db' | 'queue' | 'clock'>) =>
  implementJob(sweepBatchesJob, async () => {
    const unfinished = await db.messageBatch.findMany({
      where: {
        createdAt: { lt: after(clock.now(), -seconds(30)) },
        OR: [
          { status: { in: ['RUNNING', 'PAUSED'] } },
          { status: 'CANCELED', finishedAt: { gt: after(clock.now(), -reportsTake) } },
        ],
      },
      select: { id: true },
    })
    for (const { id: batchId } of unfinished) {
      await inTransaction(db, (tx) =>
        // Not the key of the job that looks later: that one may be waiting for tomorrow.
        queue.send(tx, tendBatchJob, { batchId }, { singletonKey: `${batchId} sweep` }),
      )
    }
  })
