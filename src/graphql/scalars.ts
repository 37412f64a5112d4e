import { Kind } from 'graphql'
import { builder } from './builder.ts'
import { topLevelError } from './errors.ts'

const withOffset = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

/** A moment in ISO 8601, always answered in UTC. */
builder.scalarType('DateTime', {
  description:
    'A moment in ISO 8601 with milliseconds, always in UTC: `2026-01-31T09:30:00.000Z`. Given with any offset.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (value) => value.toISOString(),
  parseValue: (value) => parseDateTime(value),
  parseLiteral: (node) => parseDateTime(node.kind === Kind.STRING ? node.value : undefined),
})

function parseDateTime(value: unknown): Date {
  const [given, day] = (typeof value === 'string' && withOffset.exec(value)) || []
  const date = given && day && isDay(day) ? new Date(given) : undefined
  if (!date || Number.isNaN(date.getTime())) {
    throw topLevelError(
      'BAD_USER_INPUT',
      `DateTime must be like "2026-01-31T09:30:00Z", with Z or an offset; got ${JSON.stringify(value)}.`,
    )
  }
  return date
}

/** JavaScript makes the second of March of the thirtieth of February. */
function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}
