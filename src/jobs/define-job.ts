import type { z } from 'zod'
import type { Logger } from '../lib/logger.ts'

/** A kind of job: its name, its payload (ids, never secrets or texts), and how it is worked on. */
export type JobDefinition<Payload extends object> = {
  name: string
  payload: z.ZodType<Payload>
  /** Jobs of this kind at work in one process at the same time. */
  concurrency: number
  /** Of these, how many a worker takes at once. */
  batchSize: number
  /** Seconds that one run may take before it is given to another worker. Its own timeouts must be shorter. */
  expireInSeconds: number
  /** How often a job that threw is tried again, with growing pauses of at most `retryDelayMax` seconds. */
  retryLimit: number
  retryDelayMax: number
  /** With a `singletonKey`, `short` keeps at most one waiting job a key. */
  policy: 'standard' | 'short'
}

export type JobContext = { signal: AbortSignal; logger: Logger }

export type JobImplementation = {
  job: JobDefinition<object>
  handle: (payload: object, context: JobContext) => Promise<void>
}

const defaults = {
  concurrency: 4,
  batchSize: 2,
  expireInSeconds: 120,
  retryLimit: 20,
  retryDelayMax: 300,
  policy: 'standard',
} as const

export function defineJob<Payload extends object>(
  options: Pick<JobDefinition<Payload>, 'name' | 'payload'> & Partial<JobDefinition<Payload>>,
): JobDefinition<Payload> {
  return { ...defaults, ...options }
}

/** Joins a job with its handler, which may run twice and must still do its work once. */
export function implementJob<Payload extends object>(
  job: JobDefinition<Payload>,
  handle: (payload: Payload, context: JobContext) => Promise<void>,
): JobImplementation {
  return { job, handle } as unknown as JobImplementation
}

// biome-ignore lint/suspicious/noExplicitAny: each says itself what it needs
type Maker = (deps: any) => JobImplementation | JobImplementation[]
type NeedsOf<Makers extends Maker[]> = {
  [I in keyof Makers]: (deps: Parameters<Makers[I]>[0]) => void
}[number] extends (deps: infer Needs) => void
  ? Needs
  : never

/** Many implementations, made at once from all that any of them needs. */
export function implementTogether<Makers extends Maker[]>(
  ...makers: Makers
): (deps: NeedsOf<Makers>) => JobImplementation[] {
  return (deps) => makers.flatMap((make) => make(deps))
}
