import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** A job about one extension, by the id of its row; `singletonKey` the same id keeps one waiting. */
const extensionJob = (name: string) =>
  defineJob({ name, payload: z.object({ extensionRowId: z.string() }), policy: 'short' })

/** Reads who the extension is and which numbers it can text from. */
export const discoverNumbersJob = extensionJob('discover-numbers')

/** Reads under which campaigns its numbers text. */
export const readRegistrationsJob = extensionJob('read-registrations')

/** Sees to it that RingCentral posts to us: creates, renews or replaces the webhook subscription. */
export const ensureWebhookJob = extensionJob('ensure-webhook')

/** Refreshes the grant of an extension that nobody has used for days. */
export const refreshGrantJob = extensionJob('refresh-grant')

/** Gives the grant of a disconnected extension back to RingCentral. */
export const releaseGrantJob = defineJob({
  name: 'release-grant',
  payload: z.object({ grantReleaseId: z.string() }),
})

/** Refreshes all grants that are due; made by a schedule. */
export const refreshDueGrantsJob = defineJob({ name: 'refresh-due-grants', payload: z.object({}) })

/** Has every webhook looked after; made by a schedule. */
export const checkWebhooksJob = defineJob({ name: 'check-webhooks', payload: z.object({}) })

/** The daily discovery of numbers; made by a schedule. */
export const rediscoverNumbersJob = defineJob({ name: 'rediscover-numbers', payload: z.object({}) })
