import { InvalidInputError } from '../lib/errors.ts'

/** When no texts leave: from `start` to `end`, on the wall of who gets them. */
export type QuietHours = {
  /** `21:00` */
  start: string
  /** `08:00`; before `start`, it is of the next morning. */
  end: string
  /** IANA's name of the zone that counts for numbers which tell none. */
  timeZone: string
}

const minuteMs = 60_000
const dayMinutes = 24 * 60
/** Zones all around the world may have no hour in common. */
const looksAtMost = 50

/**
 * Until when no text may leave to people in these zones; null if it may at `at`. Where they have no hour in
 * common, the tenant's own zone counts.
 */
export function endOfQuiet(hours: QuietHours, zones: readonly string[], at: Date): Date | null {
  const wanted = zones.length > 0 ? zones : [hours.timeZone]
  let moment = at
  for (let look = 0; look < looksAtMost; look += 1) {
    const ends = wanted.flatMap((zone) => endIn(hours, zone, moment) ?? [])
    if (ends.length === 0) return moment > at ? moment : null
    moment = new Date(Math.max(...ends.map((end) => end.getTime())))
  }
  return endIn(hours, hours.timeZone, at)
}

/** The end of the quiet hours that are on in a zone, if they are. */
function endIn({ start, end }: QuietHours, zone: string, at: Date): Date | null {
  const [from, to] = [minutesOf(start), minutesOf(end)]
  const isQuiet = (minute: number) =>
    from < to ? minute >= from && minute < to : minute >= from || minute < to
  const now = minuteOnWall(zone, at)
  if (!isQuiet(now)) return null
  const wait = (to - now + dayMinutes) % dayMinutes
  const straight = new Date((Math.floor(at.getTime() / minuteMs) + wait) * minuteMs)
  // A clock that was put forward or back in between is off by that; a time that it skips is over then.
  const off = ((to - minuteOnWall(zone, straight) + dayMinutes * 1.5) % dayMinutes) - dayMinutes / 2
  const onWall = new Date(straight.getTime() + off * minuteMs)
  return isQuiet(minuteOnWall(zone, onWall)) ? straight : onWall
}

function minutesOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return hour * 60 + minute
}

const walls = new Map<string, Intl.DateTimeFormat>()

/** Minutes since midnight on a clock in the zone. */
function minuteOnWall(zone: string, at: Date): number {
  const known = walls.get(zone)
  const wall = known ?? new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' })
  if (!known) walls.set(zone, wall)
  return minutesOf(wall.format(at))
}

export function isTimeZone(zone: string): boolean {
  try {
    minuteOnWall(zone, new Date(0))
    return true
  } catch {
    return false
  }
}

/** @throws InvalidInputError */
export function parseQuietHours(given: QuietHours): QuietHours {
  const { start, end, timeZone } = given
  for (const [field, time] of Object.entries({ start, end })) {
    if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) {
      throw new InvalidInputError(
        `quietHours.${field}`,
        `\`${field}\` is a time of day like \`21:00\`.`,
      )
    }
  }
  if (start === end) {
    throw new InvalidInputError(
      'quietHours.end',
      'Quiet hours that end when they start would never end, or never be: name two different times.',
    )
  }
  if (!isTimeZone(timeZone)) {
    throw new InvalidInputError(
      'quietHours.timeZone',
      '`timeZone` is an IANA name like `America/New_York`.',
    )
  }
  return { start, end, timeZone }
}
