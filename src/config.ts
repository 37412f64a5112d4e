import { z } from 'zod'
import { defaultCostPerMinute } from './graphql/limit-cost.ts'
import { defaultStreamLimits } from './graphql/limit-streams.ts'
import type { SealingKey } from './lib/sealer.ts'

/** Everything that can be set from outside, checked. Made by `loadConfig`, which only `main.ts` calls. */
export type Config = {
  production: boolean
  port: number
  /** Where people and RingCentral reach us, without a slash at the end; null: http://localhost and the port. */
  publicUrl: string | null
  /** Null: an embedded PostgreSQL in the data directory. */
  databaseUrl: string | null
  redisUrl: string | null
  /** Whether Postgres itself keeps tenants apart; not behind a pooler that lends connections a transaction at a time. */
  rowSecurity: boolean
  dataDir: string
  /** Where media are kept: in the data directory, or in Postgres. */
  mediaStore: 'disk' | 'postgres'
  /** Empty: one is made and kept in the data directory (never in production). */
  encryptionKeys: SealingKey[]
  /** Null: one is made and kept in the data directory (never in production). */
  operatorKey: string | null
  /** Null: the simulator takes RingCentral's place. */
  ringCentral: { serverUrl: string; clientId: string; clientSecret: string | null } | null
  /** Calls to RingCentral's token endpoint a minute, over all processes and tenants. */
  tokenCallsPerMinute: number
  /** What one API key may ask for: see docs/limits.md. */
  costPerMinute: number
  streamsPerKey: number
  streamsPerAddress: number
  /** How many proxies of our own stand in front, each of which adds to `X-Forwarded-For`. */
  trustedProxies: number
  /** Of whom pages may ask in a browser, besides our own. */
  corsOrigins: string[]
  /** Whether browsers get GraphiQL. */
  graphiql: boolean
  simulatorPort: number
  role: 'all' | 'web' | 'worker'
  logLevel: string
}

export class ConfigError extends Error {
  override name = 'ConfigError'
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:`)
    this.faults = faults
  }
}

const port = z.coerce
  .number('must be a port number')
  .int('must be a port number')
  .min(0, 'must be a port number from 0 to 65535')
  .max(65535, 'must be a port number from 0 to 65535')
const webUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' })
  .transform((url) => url.replace(/\/+$/, ''))
const wholeNumber = z.coerce
  .number('must be a whole number from 1 on')
  .int('must be a whole number from 1 on')
  .min(1, 'must be a whole number from 1 on')
const howManyProxies = 'must be how many proxies stand in front, from 0 to 10'
const encryptionKeys = z.string().transform((value, context): SealingKey[] => {
  const keys = value.split(',').map((entry) => {
    const [id = '', encoded = ''] = entry.trim().split(':')
    return { id, key: Buffer.from(encoded, 'base64') }
  })
  const wellFormed = keys.every(({ id, key }) => /^[\w-]{1,32}$/.test(id) && key.length === 32)
  const distinct = new Set(keys.map((key) => key.id)).size === keys.length
  if (!wellFormed || !distinct) {
    context.addIssue({
      code: 'custom',
      message:
        'must be id:key pairs, separated by commas, each key 32 bytes in base64 and each id used once (make one with: echo "k1:$(openssl rand -base64 32)")',
    })
    return z.NEVER
  }
  return keys
})

const origins = z.string().transform((value, context): string[] => {
  const all = value.split(',').map((entry) => entry.trim())
  if (all.every((origin) => URL.parse(origin)?.origin === origin)) return all
  context.addIssue({
    code: 'custom',
    message:
      'must be origins, separated by commas, each with a scheme, without a path and never *: https://app.example.com',
  })
  return z.NEVER
})

const variables = z.object({
  NODE_ENV: z.string().optional(),
  PORT: port.optional(),
  PUBLIC_URL: webUrl.optional(),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that starts with postgresql://' })
    .optional(),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a URL that starts with redis://' })
    .optional(),
  ROW_SECURITY: z.enum(['on', 'off'], 'must be on or off').default('on'),
  DATA_DIR: z.string().default('.data'),
  MEDIA_STORE: z.enum(['disk', 'postgres'], 'must be disk or postgres').default('disk'),
  ENCRYPTION_KEYS: encryptionKeys.optional(),
  OPERATOR_KEY: z
    .string()
    .min(16, 'must have at least 16 characters (make one with: openssl rand -base64 32)')
    .optional(),
  RINGCENTRAL_SERVER_URL: webUrl.default('https://platform.ringcentral.com'),
  RINGCENTRAL_CLIENT_ID: z.string().optional(),
  RINGCENTRAL_CLIENT_SECRET: z.string().optional(),
  RINGCENTRAL_TOKEN_CALLS_PER_MINUTE: wholeNumber.optional(),
  COST_PER_MINUTE: wholeNumber.default(defaultCostPerMinute),
  STREAMS_PER_KEY: wholeNumber.default(defaultStreamLimits.perKey),
  STREAMS_PER_ADDRESS: wholeNumber.default(defaultStreamLimits.perAddress),
  TRUST_PROXY: z.coerce
    .number(howManyProxies)
    .int(howManyProxies)
    .min(0, howManyProxies)
    .max(10, howManyProxies)
    .default(0),
  CORS_ORIGINS: origins.optional(),
  GRAPHIQL: z.enum(['on', 'off'], 'must be on or off').optional(),
  SIMULATOR_PORT: port.default(4010),
  ROLE: z.enum(['all', 'web', 'worker'], 'must be all, web or worker').default('all'),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be fatal, error, warn, info, debug, trace or silent',
    )
    .optional(),
})

/** RingCentral says 5 a minute for the whole app; the simulator that we start ourselves has no such limit. */
const tokenCallsPerMinute = { ringCentral: 5, simulator: 600 }

/** @throws ConfigError with every fault, not just the first. */
export function loadConfig(env: Record<string, string | undefined>): Config {
  // An empty variable counts as not set: that is what a line `NAME=` in a file of variables means.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)

  const production = given.NODE_ENV === 'production'
  const required = (name: string, why: string) => {
    if (given[name] === undefined) faults.push(`${name} is missing: ${why}`)
  }
  if (production) {
    required('ENCRYPTION_KEYS', 'in production no key is made up (see .env.example)')
    required('OPERATOR_KEY', 'in production no key is made up (see .env.example)')
    required('RINGCENTRAL_CLIENT_ID', 'in production there is no simulator')
    required('PUBLIC_URL', 'RingCentral and your people must be able to reach the gateway')
  }
  if (!production && given.ROLE === 'worker' && given.RINGCENTRAL_CLIENT_ID) {
    required('PUBLIC_URL', 'a worker tells RingCentral where the web processes are reached')
  }
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults)

  const values = parsed.data
  const ringCentral = values.RINGCENTRAL_CLIENT_ID
    ? {
        serverUrl: values.RINGCENTRAL_SERVER_URL,
        clientId: values.RINGCENTRAL_CLIENT_ID,
        clientSecret: values.RINGCENTRAL_CLIENT_SECRET ?? null,
      }
    : null
  return {
    production,
    // The usual port is the web process's; a worker beside it answers its health checks anywhere.
    port: values.PORT ?? (values.ROLE === 'worker' && !values.PUBLIC_URL ? 0 : 4000),
    publicUrl: values.PUBLIC_URL ?? null,
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    rowSecurity: values.ROW_SECURITY === 'on',
    dataDir: values.DATA_DIR,
    mediaStore: values.MEDIA_STORE,
    encryptionKeys: values.ENCRYPTION_KEYS ?? [],
    operatorKey: values.OPERATOR_KEY ?? null,
    ringCentral,
    tokenCallsPerMinute:
      values.RINGCENTRAL_TOKEN_CALLS_PER_MINUTE ??
      (ringCentral ? tokenCallsPerMinute.ringCentral : tokenCallsPerMinute.simulator),
    costPerMinute: values.COST_PER_MINUTE,
    streamsPerKey: values.STREAMS_PER_KEY,
    streamsPerAddress: values.STREAMS_PER_ADDRESS,
    trustedProxies: values.TRUST_PROXY,
    corsOrigins: values.CORS_ORIGINS ?? [],
    graphiql: values.GRAPHIQL ? values.GRAPHIQL === 'on' : !production,
    simulatorPort: values.SIMULATOR_PORT,
    role: values.ROLE,
    logLevel: values.LOG_LEVEL ?? (production ? 'info' : 'warn'),
  }
}
