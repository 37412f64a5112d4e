import type { Db, Tx } from '../db/client.ts'
import type { ConnectAttempt } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { Logger } from '../lib/logger.ts'
import type { Sealer } from '../lib/sealer.ts'
import { createSecret, sameHash, sha256 } from '../lib/secrets.ts'
import type { RingCentral } from '../ringcentral/client.ts'
import { RingCentralRateLimitedError } from '../ringcentral/errors.ts'
import type { TokenSet } from '../ringcentral/token-set.ts'
import type { ConnectLinks } from './connect-link.ts'
import { type Begun, type Completed, isConflict } from './connect-outcome.ts'
import { detailsOf } from './details.ts'
import { releaseTokens } from './disconnect.ts'
import { UserAlreadyMappedError } from './errors.ts'
import { sealTokens } from './grant-tokens.ts'
import { discoverNumbersJob, ensureWebhookJob } from './jobs.ts'
import { recordExtensionChanged } from './status.ts'
import type { TokenEndpoint } from './token-endpoint.ts'
import { mapUser } from './user-mapping.ts'
import { writeDownConnected } from './write-down-grant.ts'

export type Connecting = ReturnType<typeof createConnecting>

/** Longer than a person takes at RingCentral's consent page, with a password to look up. */
const attemptLifetime = minutes(10)

/** From a link to a connected extension: OAuth's authorization code flow with PKCE. */
export function createConnecting(deps: {
  db: Db
  eventLog: EventLog
  links: ConnectLinks
  queue: Pick<JobQueue, 'send'>
  ringCentral: RingCentral
  tokenEndpoint: TokenEndpoint
  sealer: Sealer
  redirectUri: string
  /** What else happens in the transaction that connects an extension. */
  onConnect: (tx: Tx, extensionRowId: string) => Promise<void>
  clock: Clock
  logger: Logger
}) {
  const { db, eventLog, links, queue, ringCentral, tokenEndpoint, sealer, clock, logger } = deps
  const { redirectUri, onConnect } = deps

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

  async function save(attempt: ConnectAttempt, tokens: TokenSet) {
    // Not committed yet and used already: fine here, where losing the pair costs the person one more
    // click, and only here. An extension without its account would be of little use to anybody.
    const { account } = ringCentral.api(tokens.accessToken)
    const me = await account.getExtension()
    const rcAccountId = me.accountId ?? (await account.getAccount()).id
    const { tenantId } = attempt
    const facts = {
      rcAccountId,
      ...detailsOf(me),
      isAdmin: me.isAdmin,
      scopes: tokens.scopes,
      status: 'ACTIVE',
      statusReason: null,
      connectedAt: clock.now(),
      disconnectedAt: null,
    } as const
    return eventLog.transaction(async (tx, record) => {
      const before = await tx.extension.count({ where: { tenantId, extensionId: me.id } })
      const extension = await tx.extension.upsert({
        where: { tenantId_extensionId: { tenantId, extensionId: me.id } },
        create: { id: createId('Extension'), tenantId, extensionId: me.id, ...facts },
        update: facts,
      })
      const place = { tenantId, extensionRowId: extension.id }
      const sealed = sealTokens(sealer, clock, place, tokens)
      // RingCentral keeps about five logins of a user alive: one that nobody uses would cost another tenant theirs.
      const grant = await tx.grant.findUnique({ where: { extensionRowId: extension.id } })
      if (grant) await releaseTokens(tx, deps, { tenantId, grant, rcSubscriptionIds: [] })
      await tx.grant.upsert({
        where: { extensionRowId: extension.id },
        create: { extensionRowId: extension.id, ...sealed },
        update: { ...sealed, version: { increment: 1 }, leaseId: null, leaseUntil: null },
      })
      // Its webhook counts again when ensure-webhook has seen it with the new grant.
      await tx.webhookSubscription.updateMany({
        where: { extensionRowId: extension.id, status: 'ACTIVE' },
        data: { status: 'CREATING' },
      })
      await tx.connectAttempt.update({
        where: { id: attempt.id },
        data: { extensionRowId: extension.id },
      })
      for (const job of [discoverNumbersJob, ensureWebhookJob]) {
        await queue.send(tx, job, { extensionRowId: extension.id }, { singletonKey: extension.id })
      }
      const link = await tx.connectToken.findUnique({ where: { id: attempt.connectTokenId } })
      if (link?.userId) {
        // A conflict undoes all of this: who cannot be mapped is not connected either.
        await mapUser(tx, { tenantId, userId: link.userId, extensionId: me.id }, clock.now())
      }
      await writeDownConnected(tx, extension, { again: before > 0, attempt })
      await onConnect(tx, extension.id)
      recordExtensionChanged(record, extension)
      return extension
    })
  }

  /** A login that is surely not used is ended at RingCentral as well, as far as that goes at once. */
  async function giveBack(tokens: TokenSet, error: unknown): Promise<never> {
    // After any other error it may have been saved all the same.
    if (!isConflict(error)) throw error
    await tokenEndpoint.revoke(tokens.refreshToken).catch((refused) => {
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
    }): Promise<Completed> {
      const pending = answer.state
        ? await db.connectAttempt.findUnique({ where: { stateHash: sha256(answer.state) } })
        : null
      if (!pending) return { outcome: 'unknown' }
      // Before the attempt is taken, so that a stranger with the address cannot spoil it for its owner.
      if (!answer.browserSecret || !sameHash(sha256(answer.browserSecret), pending.browserHash)) {
        return { outcome: 'other-browser' }
      }
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
        const tokens = await tokenEndpoint.exchangeCode({
          code: answer.code,
          redirectUri,
          verifier,
        })
        const extension = await save(attempt, tokens).catch((error) => giveBack(tokens, error))
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
        return { outcome: busy ? 'busy' : 'failed', sender }
      }
    },

    /** What an attempt connected, for the browser that made it. */
    async found(attemptId: string, browserSecret: string | undefined) {
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
      if (!browserSecret) return undefined
      if (!sameHash(sha256(browserSecret), attempt.browserHash)) return undefined
      const { tenant, connectToken, extension } = attempt
      return { sender: { tenantName: tenant.name, returnUrl: connectToken.returnUrl }, extension }
    },
  }
}
