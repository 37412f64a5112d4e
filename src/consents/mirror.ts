import type { Db, Tx } from '../db/client.ts'
import type { Consent, Prisma } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, minutes, seconds } from '../lib/clock.ts'
import { findNumber } from '../numbers/service.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import { sweepConsentsJob, tellConsentJob } from './jobs.ts'
import { recordChange } from './record-consent.ts'

type Deps = {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  clock: Clock
}

const sweepAfter = seconds(30)
/** Longer than any request takes. */
const tellWithin = minutes(2)
const sweptAtOnce = 500

/** It turned out to be another one, or somebody else's turn, before RingCentral was told. */
class OvertakenError extends Error {
  override name = 'OvertakenError'
}

export async function requestTelling(tx: Tx, queue: Pick<JobQueue, 'send'>, { id }: Consent) {
  await queue.send(tx, tellConsentJob, { consentId: id }, { singletonKey: id })
}

/** Notes that RingCentral knows something else, or nothing, and has it told. */
export async function haveTold(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  which: Prisma.ConsentWhereInput,
): Promise<void> {
  const untold = await tx.consent.updateManyAndReturn({ where: which, data: { toTell: true } })
  for (const consent of untold) await requestTelling(tx, queue, consent)
}

/**
 * Tells RingCentral what it does not know by itself: what the tenant has set, and what somebody said in other
 * words than RingCentral's. What it does not take holds in this gateway alone, and says why; what fails for now
 * is tried again.
 */
export const tellConsent = ({ db, eventLog, queue, access, clock }: Deps) =>
  implementJob(tellConsentJob, async ({ consentId }) => {
    const consent = await beginTelling()
    if (!consent) return
    const mirrorError = await tell(consent).catch(async (error) => {
      await letGo(consent)
      throw error
    })
    if (mirrorError === 'later') return letGo(consent)
    const toldAt = mirrorError ? null : clock.now()
    await eventLog.transaction((tx, record) =>
      settle(tx, record, queue, consent, { mirrorError, toldAt }),
    )

    /** One at a time: who comes meanwhile leaves it to whoever is at it, and looks again afterwards. */
    async function beginTelling(): Promise<Consent | undefined> {
      const now = clock.now()
      const [begun] = await db.consent.updateManyAndReturn({
        where: {
          ...{ id: consentId, toTell: true },
          OR: [{ tellingUntil: null }, { tellingUntil: { lte: now } }],
        },
        data: { tellingUntil: after(now, tellWithin) },
      })
      return begun
    }

    async function letGo({ tellingUntil }: Consent) {
      const where = { id: consentId, tellingUntil }
      await db.consent.updateMany({ where, data: { tellingUntil: null } })
    }

    async function tell(consent: Consent) {
      const { tenantId, number, other, status } = consent
      const owner = await findNumber(db, tenantId, number)
      if (!owner) return 'NUMBER_NOT_FOUND'
      if (!covers(owner.extension, 'SMS')) return 'GRANT_LACKS_SCOPE'
      const optStatus = status === 'OPTED_OUT' ? 'OptOut' : 'OptIn'
      try {
        const change = { from: number, to: other, optStatus } as const
        const { refusedWith } = await access.call(
          owner.extensionRowId,
          (api) => api.consents.set(change),
          // It may have waited for a while: what was changed meanwhile is told instead.
          { beforeRequest: () => requireUnchanged(consent) },
        )
        return refusedWith ?? null
      } catch (error) {
        if (error instanceof OvertakenError) return null
        // Until its user connects again: the sweep comes back to it.
        if (error instanceof NotConnectedError) return 'later'
        if (error instanceof RingCentralRefusedError) return error.code ?? `HTTP_${error.status}`
        throw error
      }
    }

    async function requireUnchanged({ changedAt, tellingUntil }: Consent) {
      const same = await db.consent.count({ where: { id: consentId, changedAt, tellingUntil } })
      if (same === 0) throw new OvertakenError()
    }
  })

/** If it has changed meanwhile, RingCentral may have taken the older word for the newer: it is told the newer one. */
async function settle(
  tx: Tx,
  record: RecordEvent,
  queue: Pick<JobQueue, 'send'>,
  { id, changedAt, tellingUntil }: Consent,
  facts: Pick<Consent, 'toldAt' | 'mirrorError'>,
): Promise<void> {
  const [told] = await tx.consent.updateManyAndReturn({
    where: { id, changedAt, tellingUntil },
    data: { ...facts, toTell: false, tellingUntil: null },
  })
  if (told) return recordChange(record, told)
  await tx.consent.updateMany({ where: { id, tellingUntil }, data: { tellingUntil: null } })
  await haveTold(tx, queue, { id })
}

/** The net under the jobs: a queue may lose one. */
export const sweepConsents = ({ db, queue, clock }: Deps) =>
  implementJob(sweepConsentsJob, async () => {
    // Not those whose user has yet to connect again: there may be more of them than a sweep takes.
    const waiting = await db.$queryRaw<Consent[]>`
      SELECT consent.* FROM "Consent" AS consent
      JOIN "Tenant" AS tenant ON tenant."id" = consent."tenantId" AND tenant."status" = 'ACTIVE'
      LEFT JOIN "PhoneNumber" AS number
        ON number."tenantId" = consent."tenantId" AND number."phoneNumber" = consent."number"
      LEFT JOIN "Grant" AS access ON access."extensionRowId" = number."extensionRowId"
      WHERE consent."toTell" AND consent."changedAt" < ${after(clock.now(), -sweepAfter)}
        AND (number."id" IS NULL OR access."extensionRowId" IS NOT NULL)
      ORDER BY consent."changedAt" LIMIT ${sweptAtOnce}`
    for (const consent of waiting) {
      await inTransaction(db, (tx) => requestTelling(tx, queue, consent))
    }
  })
