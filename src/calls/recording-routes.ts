import { mediaRoutes } from '../http/media-routes.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { Recordings } from './recordings.ts'

/** RingCentral records as MP3 or WAV. */
const endings = new Map([
  ['audio/mpeg', '.mp3'],
  ['audio/mp3', '.mp3'],
  ['audio/wav', '.wav'],
  ['audio/x-wav', '.wav'],
  ['audio/wave', '.wav'],
])

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
      if (!media) return undefined
      const ending = endings.get(media.contentType.split(';', 1)[0]?.toLowerCase() ?? '') ?? ''
      return { ...media, fileName: `recording-${name.mediaId}${ending}`, inline: true }
    },
    clock,
    logger,
  })
}
