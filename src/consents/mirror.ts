import type { Db, Tx } from '../db/client.ts'
import type { Consent } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog, RecordEvent } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
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

const untold = { source: 'API', toldAt: null, mirrorError: null } as const
const sweepAfter = seconds(30)

export async function requestTelling(tx: Tx, queue: Pick<JobQueue, 'send'>, { id }: Consent) {
  await queue.send(tx, tellConsentJob, { consentId: id }, { singletonKey: id })
}

/**
 * Tells RingCentral what the tenant has set. Keywords it has heard itself. What it does not take holds in
 * this gateway alone, and says why; what fails for now is tried again.
 */
export const tellConsent = ({ db, eventLog, access, clock }: Deps) =>
  implementJob(tellConsentJob, async ({ consentId }) => {
    const consent = await db.consent.findUnique({ where: { id: consentId, ...untold } })
    if (!consent) return
    const mirrorError = await tell(consent)
    if (mirrorError === 'later') return
    await eventLog.transaction((tx, record) =>
      settle(tx, record, consent, { mirrorError, toldAt: mirrorError ? null : clock.now() }),
    )

    async function tell({ tenantId, number, other, status }: Consent) {
      const owner = await findNumber(db, tenantId, number)
      if (!owner) return 'NUMBER_NOT_FOUND'
      if (!covers(owner.extension, 'SMS')) return 'GRANT_LACKS_SCOPE'
      const optStatus = status === 'OPTED_OUT' ? 'OptOut' : 'OptIn'
      try {
        const change = { from: number, to: other, optStatus } as const
        const { refusedWith } = await access.call(owner.extensionRowId, (api) =>
          api.consents.set(change),
        )
        return refusedWith ?? null
      } catch (error) {
        // Until its user connects again: the sweep comes back to it.
        if (error instanceof NotConnectedError) return 'later'
        if (error instanceof RingCentralRefusedError) return error.code ?? `HTTP_${error.status}`
        throw error
      }
    }
  })

/** Unless it has changed meanwhile: then that is still to be told. */
async function settle(
  tx: Tx,
  record: RecordEvent,
  { id, changedAt }: Consent,
  data: Pick<Consent, 'toldAt' | 'mirrorError'>,
): Promise<void> {
  const [told] = await tx.consent.updateManyAndReturn({
    where: { id, changedAt, ...untold },
    data,
  })
  if (told) recordChange(record, told)
}

/** The net under the jobs: a queue may lose one. */
export const sweepConsents = ({ db, queue, clock }: Deps) =>
  implementJob(sweepConsentsJob, async () => {
    const waiting = await db.consent.findMany({
      where: {
        ...untold,
        changedAt: { lt: after(clock.now(), -sweepAfter) },
        tenant: { status: 'ACTIVE' },
      },
      take: 500,
    })
    for (const consent of waiting) {
      await inTransaction(db, (tx) => requestTelling(tx, queue, consent))
    }
  })
