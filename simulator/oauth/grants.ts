import type { Clock } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Registry } from './apps.ts'
import { type CodeRequest, createCodes } from './codes.ts'

/** One login of one extension on one app. Revoking either of its tokens ends all of it. */
export interface Session {
  id: string
  clientId: string
  extensionId: string
  scope: string[]
  startedAt: number
  /** When its last refresh token runs out, and nobody could go on with it. */
  expiresAt: number
  endedAt?: number
  ended?: 'revoked' | 'displaced'
  /** The one access token that works. */
  access?: AccessToken
}

export interface AccessToken {
  /** Names the token where the token itself must not appear. */
  id: string
  value: string
  session: Session
  expiresAt: number
  firstUsedAt?: number
  replacedAt?: number
}

export interface RefreshToken {
  value: string
  session: Session
  expiresAt: number
  /** The pair that this token was exchanged for, and may be again for a while. */
  exchangedFor?: TokenPair
  exchangedAt?: number
}

export interface TokenPair {
  access: AccessToken
  refresh: RefreshToken
}

export interface Lifetimes {
  accessSeconds: number
  refreshSeconds: number
}

export type Refreshed = { pair: TokenPair } | { refused: 'unknown' | 'revoked' }

export interface Grants {
  issueCode(request: CodeRequest): string
  takeCode(code: string): ReturnType<ReturnType<typeof createCodes>['take']>
  /** Whose code or refresh token it is, changing nothing. */
  ownerOf(value: string): string | undefined
  login(clientId: string, extensionId: string, lifetimes: Lifetimes): TokenPair
  refresh(value: string, clientId: string, lifetimes: Lifetimes): Refreshed
  findAccess(value: string): AccessToken | undefined
  /** Ends the session that an access or refresh token belongs to. */
  revokeToken(value: string): Session | undefined
  /** What happens when a person changes the password: every login of the extension ends. */
  revokeExtension(extensionId: string): Session[]
  sessions(): Session[]
}

const minute = 60_000
/** An exchanged refresh token repeats its answer this long while nobody used the answer… */
const unusedGrace = 60 * minute
/** …and this long after somebody did. */
const usedGrace = 10_000
const mostSessions = 5

export function createGrants(clock: Clock, random: Random, apps: Registry): Grants {
  const codes = createCodes(clock, random)
  const accessTokens = new Map<string, AccessToken>()
  const refreshTokens = new Map<string, RefreshToken>()
  const sessions = new Set<Session>()
  let issued = 0

  const issue = (session: Session, lifetimes: Lifetimes): TokenPair => {
    issued += 1
    const access: AccessToken = {
      id: `token-${issued}`,
      value: `U0pDMTFQMDFQQVMwMHxBQU${random.token(80)}`,
      session,
      expiresAt: clock.now() + lifetimes.accessSeconds * 1000,
    }
    const refresh: RefreshToken = {
      value: `U0pDMTFQMDFQQVMwMHxBQU${random.token(80)}`,
      session,
      expiresAt: clock.now() + lifetimes.refreshSeconds * 1000,
    }
    session.access = access
    session.expiresAt = refresh.expiresAt
    accessTokens.set(access.value, access)
    refreshTokens.set(refresh.value, refresh)
    return { access, refresh }
  }

  const alive = () => [...sessions].filter((session) => session.expiresAt > clock.now())

  const end = (session: Session, how: 'revoked' | 'displaced') => {
    session.endedAt = clock.now()
    session.ended = how
    sessions.delete(session)
  }

  const repeatable = (token: RefreshToken): TokenPair | undefined => {
    const { exchangedFor: pair, exchangedAt } = token
    if (!pair || exchangedAt === undefined || pair.access.replacedAt !== undefined) return undefined
    const { firstUsedAt } = pair.access
    const until = firstUsedAt === undefined ? exchangedAt + unusedGrace : firstUsedAt + usedGrace
    return clock.now() <= until ? pair : undefined
  }

  return {
    issueCode: codes.issue,
    takeCode: codes.take,
    ownerOf: (value) => codes.ownerOf(value) ?? refreshTokens.get(value)?.session.extensionId,

    login(clientId, extensionId, lifetimes) {
      const parallel = alive().filter(
        (one) => one.clientId === clientId && one.extensionId === extensionId,
      )
      const oldest = parallel[0]
      if (oldest && parallel.length >= mostSessions) end(oldest, 'displaced')
      const session: Session = {
        id: random.token(22),
        clientId,
        extensionId,
        // As the app is registered now: who has signed in keeps what they allowed.
        scope: [...(apps.find(clientId)?.scope ?? [])],
        startedAt: clock.now(),
        expiresAt: clock.now(),
      }
      sessions.add(session)
      return issue(session, lifetimes)
    },

    refresh(value, clientId, lifetimes) {
      const token = refreshTokens.get(value)
      if (!token || token.session.clientId !== clientId) return { refused: 'unknown' }
      if (token.session.ended) {
        return { refused: token.session.ended === 'revoked' ? 'revoked' : 'unknown' }
      }
      if (token.expiresAt <= clock.now()) return { refused: 'unknown' }
      if (token.exchangedFor) {
        const pair = repeatable(token)
        return pair ? { pair } : { refused: 'unknown' }
      }
      // Whatever access token the session had dies with the exchange, at once.
      if (token.session.access) token.session.access.replacedAt = clock.now()
      const pair = issue(token.session, lifetimes)
      token.exchangedFor = pair
      token.exchangedAt = clock.now()
      return { pair }
    },

    findAccess: (value) => accessTokens.get(value),

    revokeToken(value) {
      const session = (accessTokens.get(value) ?? refreshTokens.get(value))?.session
      if (session && !session.ended) end(session, 'revoked')
      return session
    },

    revokeExtension(extensionId) {
      const ended = [...sessions].filter((session) => session.extensionId === extensionId)
      for (const session of ended) end(session, 'revoked')
      return ended
    },

    sessions: alive,
  }
}
