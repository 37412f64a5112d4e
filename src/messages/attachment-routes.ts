import { mediaRoutes } from '../http/media-routes.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Attachments } from './attachments.ts'

/** Streams what is attached to messages to who has an address that we signed. */
export function attachmentRoutes({
  attachments,
  clock,
  logger,
}: {
  attachments: Attachments
  clock: Clock
  logger: Logger
}) {
  return mediaRoutes({ addresses: attachments, content: attachments.content, clock, logger })
}
