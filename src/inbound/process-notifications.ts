import type { Db, Tx } from '../db/client.ts'
import { isRetryable } from '../db/errors.ts'
import type { EventLog } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import { atOnce } from '../lib/at-once.ts'
import { createTogether } from '../lib/together.ts'
import { hearTexts } from '../messages/hear-texts.ts'
import { type Notification, parseNotification } from '../ringcentral/notifications.ts'
import { type DispatchDeps, dispatch, featureOf } from './dispatch.ts'
import { processNotificationJob } from './jobs.ts'
import { findWaiting, takeWaiting, type WaitingNotification } from './waiting-notifications.ts'

/** Read, and at most written in one transaction. */
const handful = 100
/** Jobs that are worked on together; they bring whatever else waits for the same webhooks. */
const mostJobs = 20
const patienceMs = 1_000
/** Tenants whose notifications are written at the same time: one whose rows are held does not hold up the others. */
const tenantsAtOnce = 4

type Ready = WaitingNotification & { notification: Notification | undefined }
/** Why notifications could not be dealt with, by their ids. */
type Failures = Map<string, unknown>

/**
 * Deals with stored notifications: those of a tenant together and in the order in which they came, each in one
 * transaction with the mark that it is done, so a second run finds nothing left to do. One that cannot be dealt with
 * is left to its own job, and harms no other.
 */
export const processNotifications = ({
  db,
  eventLog,
  ...deps
}: { db: Db; eventLog: EventLog } & DispatchDeps) => {
  const deal = createTogether(dealWith, { most: mostJobs, patienceMs, isHopeless: () => true })

  return implementJob(processNotificationJob, async ({ notificationIds }) => {
    const failures = await deal(notificationIds)
    for (const id of notificationIds) if (failures.has(id)) throw failures.get(id)
  })

  async function dealWith(jobs: string[][]): Promise<Failures[]> {
    const failures: Failures = new Map()
    for (let isMore = true; isMore; ) {
      const ids = jobs.flat().filter((id) => !failures.has(id))
      const waiting = await findWaiting(db, ids, handful)
      const ready = waiting.map((one) => ({ ...one, notification: parseNotification(one.body) }))
      const byTenant = [...Map.groupBy(ready, ({ tenantId }) => tenantId).values()]
      const results = await atOnce(tenantsAtOnce, byTenant, (some) => ofTenant(some, failures))
      for (const result of results) if (result.status === 'rejected') throw result.reason
      isMore = waiting.length === handful
    }
    return jobs.map(() => failures)
  }

  async function ofTenant(some: readonly Ready[], failures: Failures): Promise<void> {
    const together = some.filter(isSimple)
    const others = some.filter((one) => !isSimple(one))
    for (const group of [together, ...others.map((one) => [one])]) await tryGroup(group, failures)
  }

  async function tryGroup(group: readonly Ready[], failures: Failures): Promise<void> {
    try {
      if (group.length > 0) await dispatchAll(group)
    } catch (error) {
      // Nobody's fault: the jobs are tried again.
      if (isRetryable(error)) throw error
      const [one, ...others] = group
      if (one && others.length === 0) {
        failures.set(one.id, error)
        const failedAt = deps.clock.now()
        await db.notification.updateMany({ where: { id: one.id }, data: { failedAt } })
      } else {
        for (const alone of group) await tryGroup([alone], failures)
      }
    }
  }

  function dispatchAll(group: readonly Ready[]): Promise<void> {
    return eventLog.transaction(async (tx, record) => {
      const taken = await takeWaiting(tx, group, deps.clock.now())
      // What was still under way when the tenant disconnected is not its business any more.
      const mine = new Set(taken.flatMap(({ id, status }) => (status === 'ENDED' ? [] : id)))
      const ready = group.filter(({ id }) => mine.has(id))
      const texts = ready.flatMap(({ notification, tenantId, extensionRowId }) => {
        if (notification?.kind !== 'instant-message') return []
        return [{ mailbox: { tenantId, extensionRowId }, inbound: notification.body }]
      })
      await giveUpSoon(tx)
      if (texts.length > 0) await hearTexts(tx, record, deps, texts)
      const rung = new Set<string>()
      for (const { notification, tenantId, extensionRowId, disabledFeatures } of ready) {
        if (!notification || notification.kind === 'instant-message') continue
        if (disabledFeatures.includes(featureOf(notification) ?? '')) continue
        // A bell that rings ten times is answered once.
        const isBell = notification.kind === 'mailbox-change'
        if (isBell && rung.has(extensionRowId)) continue
        if (isBell) rung.add(extensionRowId)
        await dispatch(tx, record, deps, { tenantId, extensionRowId }, notification)
      }
    })
  }
}

/** Who finds rows of its tenant held comes again later: meanwhile others need the worker. */
const giveUpSoon = (tx: Tx) => tx.$executeRaw`SET LOCAL lock_timeout = '1s'`

/** Texts and bells may be written together; what else there is holds rows of its own, one by one. */
function isSimple({ notification }: Ready): boolean {
  return notification?.kind === 'instant-message' || notification?.kind === 'mailbox-change'
}
