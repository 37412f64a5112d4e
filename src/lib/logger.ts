import { type DestinationStream, pino } from 'pino'
import { describeError } from './describe-error.ts'
import { masked } from './masked.ts'

type Kinds = {
  error: unknown
  /** Made up by us or by RingCentral, told as it is: digits in it are no phone number. */
  id: string | null | undefined
  /** Phone numbers in it end in their last four digits only. */
  words: string | undefined
  list: readonly string[]
  count: number
}

/**
 * What a line may tell beside its sentence: names of things, and why. Nothing else gets into a log, whoever asks:
 * what opens a phone line and what people write to each other have no name here.
 */
const fields = {
  err: 'error',
  requestId: 'id',
  tenantId: 'id',
  job: 'id',
  jobId: 'id',
  extension: 'id',
  extensionId: 'id',
  messageId: 'id',
  call: 'id',
  /** What an attachment or a recording belongs to. */
  owner: 'id',
  webhook: 'id',
  attempt: 'id',
  disabledFilters: 'list',
  phoneNumber: 'words',
  reason: 'words',
  directory: 'words',
  /** The pattern that a request's path matched; paths themselves may hold secrets. */
  route: 'words',
  removed: 'count',
  lag: 'count',
} as const satisfies Record<string, keyof Kinds>

export type LogFields = { [Name in keyof typeof fields]?: Kinds[(typeof fields)[Name]] }

type Log = {
  (fields: LogFields, sentence: string): void
  (sentence: string): void
}

export type Logger = Record<'debug' | 'info' | 'warn' | 'error', Log> & {
  child(fields: LogFields): Logger
}

/** One JSON object a line, with nothing in it but what `LogFields` allows. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    ...{ level, base: null },
    formatters: { log: admit, bindings: admit },
    serializers: { err: describeError },
  }
  return destination ? pino(options, destination) : pino(options)
}

function admit(given: Record<string, unknown>): Record<string, unknown> {
  const line: Record<string, unknown> = {}
  const leftOut: string[] = []
  for (const [name, value] of Object.entries(given)) {
    if (isField(name)) line[name] = told(fields[name], value)
    else leftOut.push(name)
  }
  return leftOut.length > 0 ? { ...line, leftOut } : line
}

function isField(name: string): name is keyof typeof fields {
  return Object.hasOwn(fields, name)
}

function told(kind: keyof Kinds, value: unknown): unknown {
  return kind === 'words' && typeof value === 'string' ? masked(value) : value
}
