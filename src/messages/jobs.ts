import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** Wakes the lane in which an extension's messages leave. */
export const sendSmsJob = defineJob({
  name: 'send-sms',
  payload: z.object({ extensionRowId: z.string() }),
  concurrency: 6,
})

/** Another turn for a lane in which more waits than one turn takes. Has workers of its own, and fewer: see wakeLane. */
export const sendMoreSmsJob = defineJob({ ...sendSmsJob, name: 'send-more-sms', concurrency: 2 })

/** Finds out whether RingCentral has a message whose sending nobody answered. `singletonKey` is the message. */
export const reconcileSendingJob = defineJob({
  name: 'reconcile-sending',
  payload: z.object({ messageId: z.string(), look: z.number().int() }),
  policy: 'short',
})

/** Lets a message go that was to be sent at a later time. */
export const releaseMessageJob = defineJob({
  name: 'release-message',
  payload: z.object({ messageId: z.string() }),
})

/** Ends the waiting of a message whose time is over. */
export const expireMessageJob = defineJob({
  name: 'expire-message',
  payload: z.object({ messageId: z.string() }),
})

/** Fails what waits in thousands for an extension that was disconnected. `singletonKey` is the extension. */
export const failQueuedJob = defineJob({
  name: 'fail-queued',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/** Looks, less and less often, what has become of an extension's texts. `singletonKey` is the extension and the look. */
export const watchDeliveriesJob = defineJob({
  name: 'watch-deliveries',
  payload: z.object({ extensionRowId: z.string(), look: z.number().int() }),
  policy: 'short',
})

/** Compares the messages of an extension with RingCentral's store. `singletonKey` is the extension. */
export const syncMessagesJob = defineJob({
  name: 'sync-messages',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/**
 * Compares the high-volume messages of an extension's numbers with RingCentral's. `singletonKey` is the extension, and
 * how far back: what is recent, or all whose delivery is still open.
 */
export const syncHighVolumeJob = defineJob({
  name: 'sync-high-volume',
  payload: z.object({ extensionRowId: z.string(), back: z.enum(['recent', 'all']) }),
  policy: 'short',
})

/** Reads what was said in a voicemail. `singletonKey` is the message. */
export const readTranscriptionJob = defineJob({
  name: 'read-transcription',
  payload: z.object({ messageId: z.string() }),
  policy: 'short',
})

/** Tells RingCentral what was read here, and what was made unread. `singletonKey` is the extension. */
export const tellReadStateJob = defineJob({
  name: 'tell-read-state',
  payload: z.object({ extensionRowId: z.string() }),
  policy: 'short',
})

/** Fetches the pictures of a text into our store. `singletonKey` is the message. */
export const fetchMediaJob = defineJob({
  name: 'fetch-media',
  payload: z.object({ messageId: z.string() }),
  policy: 'short',
})

/**
 * Brings a batch on: makes its messages, takes them back, tells how far it is. What ends a message out of turn asks
 * for it too. `singletonKey` is the batch; with ` now` when it has to be at once, with ` soon` when a message ended.
 */
export const tendBatchJob = defineJob({
  name: 'tend-batch',
  payload: z.object({ batchId: z.string() }),
  policy: 'short',
})

/** Syncs all extensions, and wakes lanes that nobody woke; made by a schedule. */
export const sweepMessagesJob = defineJob({ name: 'sweep-messages', payload: z.object({}) })
