import { implementTogether } from '../jobs/define-job.ts'
import { sweepConsents, tellConsent } from './mirror.ts'
import { reconcileConsents, syncConsents } from './reconcile.ts'

/** What is done for consents in the background. */
export const consentWorkers = implementTogether(
  tellConsent,
  syncConsents,
  reconcileConsents,
  sweepConsents,
)
