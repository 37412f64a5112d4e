import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Tells RingCentral what the tenant has set. `singletonKey` is the consent. */
export const tellConsentJob = defineJob({
  name: 'tell-consent',
  payload: z.object({ consentId: z.string() }),
  policy: 'short',
})

/** Compares the consents of an extension's numbers with RingCentral's. `singletonKey` is the extension. */
export const syncConsentsJob = defineJob({
  name: 'sync-consents',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/** Has all extensions' consents compared; made by a schedule, every day. */
export const reconcileConsentsJob = defineJob({
  name: 'reconcile-consents',
  payload: z.object({}),
})

/** Finds what RingCentral has still to be told; made by a schedule, every minute. */
export const sweepConsentsJob = defineJob({ name: 'sweep-consents', payload: z.object({}) })
