import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Reads a company's directory into our copy. `singletonKey` is the tenant and the account. */
export const syncDirectoryJob = defineJob({
  name: 'sync-directory',
  payload: z.object({ tenantId: z.string(), rcAccountId: z.string() }),
  policy: 'short',
  concurrency: 2,
})

/** Reads the presence of an extension. `singletonKey` is the extension. */
export const readPresenceJob = defineJob({
  name: 'read-presence',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
  retryLimit: 3,
})

/** Compares an extension's address book with RingCentral's. `singletonKey` is the extension. */
export const syncContactsJob = defineJob({
  name: 'sync-contacts',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
  concurrency: 2,
})
