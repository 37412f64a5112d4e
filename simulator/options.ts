import { randomInt } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { Observed } from './http/observe.ts'
import { grantableScopes } from './oauth/scopes.ts'
import type { RateLimits } from './rate-limiter.ts'

export interface Logger {
  info(message: string): void
  warn(message: string): void
}

export interface SimulatorOptions {
  /** 0 lets the system choose. */
  port?: number
  host?: string
  clientId?: string
  /** An empty secret makes the app a public one, which names itself by `client_id` alone. */
  clientSecret?: string
  /** Exactly these are registered; any is when missing. */
  redirectUris?: string[]
  /** Space-separated, or a list. Narrow it to see what a gateway does with less. */
  scope?: string | string[]
  /** "Issue refresh tokens" of the app's registration. */
  issueRefreshTokens?: boolean
  clock?: Clock
  /** The same seed throws the same dice and makes the same tokens. */
  seed?: number
  /** `hiddenForMs`: so long an accepted text is in no list and no sync. */
  delivery?: { sentAfterMs?: number; deliveredAfterMs?: number; hiddenForMs?: number }
  calls?: { ringMs?: number; talkMs?: number; logLagMs?: number }
  /** So many more colleagues, for lists that are long: 20,000 are there in a moment. */
  people?: number
  /** `Infinity` (or `false` for all of them) switches a limit off. */
  limits?: Partial<RateLimits> | false
  /** Refuse webhook addresses without TLS, as RingCentral does. */
  requireHttps?: boolean
  /** `heal`: a blacklisted address is looked at again every 15 minutes. */
  blacklist?: 'keep' | 'heal'
  /** What becomes of subscriptions when their owner's grant is revoked. */
  subscriptionsAfterRevoke?: 'keep' | 'drop'
  /** Let other machines use the control paths. */
  allowRemoteControl?: boolean
  logger?: Logger
  /** Sees every exchange and every notification as it is, faults aside. */
  observe?: (observed: Observed) => void
}

export type Settings = Omit<
  Required<SimulatorOptions>,
  'clock' | 'redirectUris' | 'scope' | 'delivery' | 'calls' | 'limits' | 'observe'
> & {
  observe: ((observed: Observed) => void) | undefined
  redirectUris: string[] | undefined
  scope: string[]
  delivery: { sentAfterMs: number; deliveredAfterMs: number; hiddenForMs: number }
  calls: { ringMs: number; talkMs: number; logLagMs: number }
  limits: RateLimits
}

const silent: Logger = { info: () => {}, warn: () => {} }

const ringCentralsLimits: RateLimits = {
  Light: 50,
  Medium: 40,
  Heavy: 10,
  Auth: 5,
  windowSeconds: 60,
  penaltySeconds: 60,
  authScope: 'app',
  SMS: 40,
  MMS: 50,
}

const off = Number.POSITIVE_INFINITY

export function settle(options: SimulatorOptions): Settings {
  const limits =
    options.limits === false
      ? { Light: off, Medium: off, Heavy: off, Auth: off, SMS: off, MMS: off }
      : // Whoever lifts the group's limit wants to send more than it allows.
        { ...(options.limits?.Medium && { SMS: off, MMS: off }), ...options.limits }
  const scope = options.scope ?? grantableScopes
  return {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    clientId: options.clientId ?? 'simulator-client',
    clientSecret: options.clientSecret ?? 'simulator-secret',
    redirectUris: options.redirectUris,
    scope: typeof scope === 'string' ? scope.split(/\s+/).filter(Boolean) : [...scope],
    issueRefreshTokens: options.issueRefreshTokens ?? true,
    seed: options.seed ?? randomInt(2 ** 32),
    delivery: { sentAfterMs: 300, deliveredAfterMs: 1200, hiddenForMs: 0, ...options.delivery },
    calls: { ringMs: 2000, talkMs: 8000, logLagMs: 30_000, ...options.calls },
    people: options.people ?? 0,
    limits: { ...ringCentralsLimits, ...limits },
    requireHttps: options.requireHttps ?? false,
    blacklist: options.blacklist ?? 'keep',
    subscriptionsAfterRevoke: options.subscriptionsAfterRevoke ?? 'keep',
    allowRemoteControl: options.allowRemoteControl ?? false,
    logger: options.logger ?? silent,
    observe: options.observe,
  }
}
