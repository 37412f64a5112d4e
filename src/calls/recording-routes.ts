import { mediaRoutes } from '../http/media-routes.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Recordings } from './recordings.ts'

/** Streams recordings to who has an address that we signed. */
export function recordingRoutes({
  recordings,
  clock,
  logger,
}: {
  recordings: Recordings
  clock: Clock
  logger: Logger
}) {
  return mediaRoutes({
    addresses: recordings,
    async content(name, options) {
      const media = await recordings.content(name, options)
      return media && { ...media, fileName: `recording-${name.mediaId}` }
    },
    clock,
    logger,
  })
}
