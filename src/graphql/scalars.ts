import { Kind } from 'graphql'
import { builder } from './builder.ts'
import { topLevelError } from './errors.ts'

const withOffset = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/

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
  const date = typeof value === 'string' && withOffset.test(value) ? new Date(value) : undefined
  if (!date || Number.isNaN(date.getTime())) {
    throw topLevelError(
      'BAD_USER_INPUT',
      `DateTime must be like "2026-01-31T09:30:00Z", with Z or an offset; got ${JSON.stringify(value)}.`,
    )
  }
  return date
}
