import type { Db, Tx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import { createSecret, sameBytes, sha256 } from '../lib/secrets.ts'
import { RingCentralRateLimitedError } from '../ringcentral/errors.ts'
import type { TokenSet } from '../ringcentral/token-set.ts'
import type { Apps, LoginApp } from './apps.ts'
import { failureOf } from './connect-failure.ts'
import type { ConnectLinks } from './connect-link.ts'
import { type Begun, type Completed, isConflict } from './connect-outcome.ts'
import { UserAlreadyMappedError } from './errors.ts'
import { createSaveConnection } from './save-connection.ts'
import type { TokenEndpoint } from './token-endpoint.ts'

export type Connecting = ReturnType<typeof createConnecting>

/** Longer than a person takes at RingCentral's consent page, with a password to look up. */
const attemptLifetime = minutes(10)

/** From a link to a connected extension: OAuth's authorization code flow with PKCE. */
export function createConnecting(deps: {
  db: Db
  eventLog: EventLog
  links: ConnectLinks
  queue: Pick<JobQueue, 'send'>
  apps: Apps
  tokenEndpoint: TokenEndpoint
  sealer: Sealer
  /** What else happens in the transaction that connects an extension. */
  onConnect: (tx: Tx, extensionRowId: string) => Promise<void>
  clock: Clock
  logger: Logger
}) {
  const { db, links, apps, tokenEndpoint, sealer, clock, logger } = deps
  const save = createSaveConnection(deps)

  const verifierPlace = (tenantId: string, rowId: string) => ({
    tenantId,
    table: 'ConnectAttempt',
    column: 'codeVerifier',
    rowId,
  })

  /** Takes the attempt that a state names, once: of many callbacks at once, one gets it. */
  async function take(state: string | undefined) {
    if (!state) return undefined
    const [attempt] = await db.connectAttempt.updateManyAndReturn({
      where: { stateHash: sha256(state), usedAt: null, expiresAt: { gt: clock.now() } },
      data: { usedAt: clock.now() },
    })
    return attempt
  }

  /** A login that is surely not used is ended at RingCentral as well, as far as that goes at once. */
  async function giveBack(app: LoginApp, tokens: TokenSet, error: unknown): Promise<never> {
    // After any other error it may have been saved all the same.
    if (!isConflict(error)) throw error
    await tokenEndpoint.revoke(app, tokens.refreshToken).catch((refused) => {
      logger.info({ err: refused }, 'A login that was not used could not be given back')
    })
    throw error
  }

  return {
    /**
     * Uses the link up and says where to send the browser; `browserSecret` goes into its cookie. A
     * browser that has one keeps it, or its second tab would spoil the first.
     */
    async begin(token: string, browserSecret = createSecret()): Promise<Begun> {
      const state = createSecret()
      const found = await links.look(token, browserSecret)
      if (found.state !== 'valid') return { begun: false, link: found.state }
      // Remembered with the attempt: what comes back belongs to this app, whatever the tenant sets meanwhile.
      const { id: appId, redirectUri, ringCentral } = await apps.current(found.tenantId)
      const { verifier, challenge } = await ringCentral.oauth.pkce()
      const link = await inTransaction(db, async (tx) => {
        const consumed = await links.consume(tx, token, browserSecret)
        if (consumed.state !== 'valid') return consumed
        const id = createId('ConnectAttempt')
        await tx.connectAttempt.create({
          data: {
            id,
            tenantId: consumed.tenantId,
            connectTokenId: consumed.id,
            appId,
            stateHash: sha256(state),
            browserHash: sha256(browserSecret),
            codeVerifierSealed: sealer.seal(verifier, verifierPlace(consumed.tenantId, id)),
            createdAt: clock.now(),
            expiresAt: after(clock.now(), attemptLifetime),
          },
        })
        return consumed
      })
      if (link.state !== 'valid') return { begun: false, link: link.state }
      const authorizationUrl = ringCentral.oauth.authorizationUrl({
        redirectUri,
        state,
        codeChallenge: challenge,
      })
      return { begun: true, authorizationUrl, browserSecret }
    },

    /** Ends the passage that `state` names, with what RingCentral sent the browser back with. */
    async complete(answer: {
      state: string | undefined
      code: string | undefined
      browserSecret: string | undefined
      /** Where it came in. */
      callbackUrl: string
    }): Promise<Completed> {
      const pending = answer.state
        ? await db.connectAttempt.findUnique({ where: { stateHash: sha256(answer.state) } })
        : null
      if (!pending) return { outcome: 'unknown' }
      // Before the attempt is taken, so that a stranger with the address cannot spoil it for its owner.
      if (!answer.browserSecret || !sameBytes(sha256(answer.browserSecret), pending.browserHash)) {
        return { outcome: 'other-browser' }
      }
      // Nor is its app kept any longer.
      if (pending.expiresAt <= clock.now()) return { outcome: 'unknown' }
      const app = await apps.find(pending.appId)
      if (answer.callbackUrl !== app.redirectUri) return { outcome: 'unknown' }
      const attempt = await take(answer.state)
      if (!attempt) return { outcome: 'unknown' }
      const { tenant, returnUrl } = await db.connectToken.findUniqueOrThrow({
        where: { id: attempt.connectTokenId },
        include: { tenant: true },
      })
      if (tenant.status !== 'ACTIVE') return { outcome: 'unknown' }
      const sender = { tenantName: tenant.name, returnUrl }
      if (!answer.code) {
        await links.reopen(attempt.connectTokenId)
        return { outcome: 'refused', sender }
      }
      try {
        const verifier = await sealer.open(
          attempt.codeVerifierSealed,
          verifierPlace(attempt.tenantId, attempt.id),
        )
        const tokens = await tokenEndpoint.exchangeCode(app, {
          ...{ tenantId: attempt.tenantId, code: answer.code },
          verifier,
        })
        const extension = await save(attempt, app, tokens).catch((error) =>
          giveBack(app, tokens, error),
        )
        const { id: attemptId } = attempt
        return { outcome: 'connected', attemptId, extensionRowId: extension.id, sender }
      } catch (error) {
        await links.reopen(attempt.connectTokenId)
        if (isConflict(error)) {
          // Somebody who signed in as the wrong person: nothing that an operator can mend.
          const { code: reason, extensionId } = error
          logger.info(
            { reason, extensionId, attempt: attempt.id },
            'An extension was not connected: its link is for somebody else',
          )
          const conflict = error instanceof UserAlreadyMappedError ? 'user' : 'extension'
          return { outcome: 'mapped', sender, conflict }
        }
        logger.warn({ err: error, attempt: attempt.id }, 'An extension could not be connected')
        const busy =
          error instanceof RetryLaterError || error instanceof RingCentralRateLimitedError
        if (busy) return { outcome: 'busy', sender }
        const failure = failureOf(error)
        await db.connectAttempt.updateMany({ where: { id: attempt.id }, data: { failure } })
        return { outcome: 'failed', sender, failure }
      }
    },

    /** What an attempt connected, for the browser that made it. */
    async found(attemptId: string, browserSecret: string | undefined) {
      // Strangers may ask with what Postgres cannot even compare.
      if (!browserSecret || !/^\w+$/.test(attemptId)) return undefined
      const attempt = await db.connectAttempt.findUnique({
        where: { id: attemptId },
        include: {
          tenant: true,
          connectToken: true,
          extension: {
            include: {
              phoneNumbers: { orderBy: { phoneNumber: 'asc' } },
              webhookSubscriptions: { where: { status: 'ACTIVE' } },
            },
          },
        },
      })
      if (!attempt?.extension || attempt.extension.disconnectedAt) return undefined
      if (!sameBytes(sha256(browserSecret), attempt.browserHash)) return undefined
      const { tenant, connectToken, extension } = attempt
      return { sender: { tenantName: tenant.name, returnUrl: connectToken.returnUrl }, extension }
    },
  }
}
