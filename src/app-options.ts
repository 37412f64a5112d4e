import type { PaceLimits } from './events/pace.ts'
import type { GraphiQLWelcome } from './graphql/graphiql.ts'
import type { KeepAliveLimits } from './graphql/keep-alive.ts'
import type { StreamLimits } from './graphql/limit-streams.ts'
import type { AskingLimits } from './http/server.ts'
import type { Clock } from './lib/clock.ts'
import type { BucketLimit } from './lib/leaky-bucket.ts'
import type { Logger } from './lib/logger.ts'
import type { SealingKey } from './lib/sealer.ts'

/** Everything an instance needs to know, with nothing left to be found out. */
export type AppOptions = {
  port: number
  /** Where people and RingCentral reach us; http://localhost and the port if null. */
  publicUrl: string | null
  /** Where the web processes are reached, if that is elsewhere: asked when RingCentral is to be told. */
  webUrl?: () => string
  databaseUrl: string
  redisUrl: string | null
  /** Whether Postgres itself keeps tenants apart: see db/wall.ts. */
  rowSecurity?: boolean
  /** The directory where media are kept; in Postgres if there is none. */
  mediaDir?: string | null
  encryptionKeys: SealingKey[]
  operatorKey: string
  ringCentral: { serverUrl: string; clientId: string; clientSecret: string | null }
  /** Where tenants' own apps may be registered besides; RingCentral's servers if left out. */
  otherServers?: readonly string[]
  tokenCallsPerMinute: number
  role: 'all' | 'web' | 'worker'
  /** What GraphiQL shows first; null: no GraphiQL. */
  graphiql: (() => GraphiQLWelcome) | null
  logger: Logger
  clock?: Clock
  fetch?: typeof globalThis.fetch
  /** How long after a send that nobody answered RingCentral's store is read. */
  settleMs?: number
  /** How long an extension's lane rests when RingCentral cannot be reached. */
  restMs?: number
  /** How long after its end a call is in RingCentral's log. */
  logLagMs?: number
  /** When a subscriber is too slow. */
  pace?: Partial<PaceLimits>
  /** When a client on the line is given up. */
  keepAlive?: Partial<KeepAliveLimits>
  /** How many may be on the line. */
  streamLimits?: Partial<StreamLimits>
  /** What one key may ask for. */
  costLimit?: BucketLimit
  /** How many proxies of our own stand in front; none if left out. */
  trustedProxies?: number
  /** How long an operation may take. */
  answerWithinMs?: number
  /** How long somebody may take to ask. */
  askingLimits?: AskingLimits
  /** Of whom pages may ask, besides our own. */
  corsOrigins?: string[]
}
