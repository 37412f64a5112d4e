import { masked } from './masked.ts'

/** What RingCentral, Postgres and Node tell of a failure in words of their own, never in a user's. */
const facts = [
  'operation',
  'status',
  'requestId',
  'reason',
  'group',
  'retryAfterMs',
  'permissionName',
  'parameterName',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'address',
  'port',
]

/** An error as a log may show it: its class, sentence and stack without anybody’s data, and its codes. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code } = error as { code?: unknown }
  const told = facts
    .map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const)
    .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
  const sentence = withoutData(error)
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    type: error.name,
    message: sentence,
    stack: [`${error.name}: ${sentence}`, ...frames.map(masked)].join('\n'),
    ...(code !== undefined && { errorCode: code }),
    ...Object.fromEntries(told),
    ...(error.cause instanceof Error && { cause: describeError(error.cause) }),
  }
}

/** Parsers quote what they could not read, and Postgres the values that it objects to. */
function withoutData({ name, message }: Error): string {
  if (name === 'SyntaxError') return 'Something could not be read'
  return masked(message)
    .replace(/=\([^)]*\)/g, '=(…)')
    .replace(/(\w: )".*"/gs, '$1"…"')
    .replace(/(invalid (?:input|byte|text)[^:]*: ).*/gs, '$1…')
}
