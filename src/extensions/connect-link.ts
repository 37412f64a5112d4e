import { recordAudit } from '../audit/record-audit.ts'
import { takeFromBudget } from '../db/budget.ts'
import type { Db, Tx } from '../db/client.ts'
import type { ConnectTokenKind } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { after, type Clock, hours, minutes } from '../lib/clock.ts'
import { InvalidInputError, RateLimitedError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import { createSecret, isSecret, sameBytes, sha256 } from '../lib/secrets.ts'
import { requireReturnUrl } from '../tenants/return-urls.ts'
import { parseUserId } from './user-mapping.ts'

export type ConnectLinks = ReturnType<typeof createConnectLinks>

/** A fresh link: its path below the public URL, and its end. */
export type ConnectLink = { path: string; expiresAt: Date }

/** What a link is, for the page that it opens. */
export type LinkState =
  | ValidLink
  /** `used`: it has connected somebody, another browser is at it, or too many passages led nowhere. */
  | { state: 'unknown' | 'used' | 'expired' | 'suspended' }

export type ValidLink = {
  state: 'valid'
  id: string
  tenantId: string
  tenantName: string
  label: string | null
  userId: string | null
  /** The passage that was begun with it and may begin anew: of this browser, or one that nobody came back from. */
  begunId: string | null
}

const lifetime: Record<ConnectTokenKind, number> = { CONNECT: minutes(5), INVITE: minutes(30) }
/** Each may cost a call to RingCentral's token endpoint, of which there are few for all tenants together. */
const passagesPerLink = 10
const linksPerHour = { limit: 100, windowMs: hours(1) }

/** The single-use links that begin a connection. Only their hashes are stored. */
export function createConnectLinks({ db, clock }: { db: Db; clock: Clock }) {
  async function look(
    where: Db | Tx,
    token: string,
    browserSecret: string | undefined,
  ): Promise<LinkState> {
    // Postgres need not see what cannot be one.
    if (!isSecret(token)) return { state: 'unknown' }
    const link = await where.connectToken.findUnique({
      where: { tokenHash: sha256(token) },
      include: {
        tenant: true,
        attempts: { where: { usedAt: null } },
        _count: { select: { attempts: true } },
      },
    })
    if (!link || link.tenant.status === 'DELETING') return { state: 'unknown' }
    const now = clock.now()
    const browserHash = sha256(browserSecret ?? '')
    const begun = link.attempts.find(
      (attempt) => attempt.expiresAt <= now || sameBytes(browserHash, attempt.browserHash),
    )
    if (link.usedAt && !begun) return { state: 'used' }
    if (link._count.attempts >= passagesPerLink) return { state: 'used' }
    if (link.expiresAt <= now) return { state: 'expired' }
    if (link.tenant.status === 'SUSPENDED') return { state: 'suspended' }
    const { id, tenantId, tenant, label, userId } = link
    const begunId = link.usedAt && begun ? begun.id : null
    return { state: 'valid', id, tenantId, tenantName: tenant.name, label, userId, begunId }
  }

  return {
    /**
     * @throws RateLimitedError beyond 100 links a tenant an hour
     * @throws InvalidInputError when the label or the user's id is too long, or the tenant has not
     *   allowed to return there
     */
    async create(input: {
      tenantId: string
      kind: ConnectTokenKind
      label?: string | null | undefined
      /** Whom of the application's users to map to the extension that connects. */
      userId?: string | null | undefined
      /** Where to lead the person back to. */
      returnUrl?: string | null | undefined
    }): Promise<ConnectLink> {
      const label = input.label?.trim() || null
      if (label && label.length > 100) {
        throw new InvalidInputError(
          'label',
          `The label has ${label.length} characters; at most 100 are allowed.`,
        )
      }
      const userId = input.userId == null ? null : parseUserId(input.userId)
      const returnUrl = input.returnUrl ?? null
      const token = createSecret()
      const now = clock.now()
      const expiresAt = after(now, lifetime[input.kind])
      await inTransaction(db, async (tx) => {
        if (returnUrl !== null) await requireReturnUrl(tx, input.tenantId, returnUrl)
        const taken = await takeFromBudget(tx, `connect-links:${input.tenantId}`, linksPerHour)
        if (!taken.granted) {
          throw new RateLimitedError(
            `At most ${linksPerHour.limit} links can be made an hour.`,
            taken.retryAfterMs,
          )
        }
        const id = createId('ConnectToken')
        await tx.connectToken.create({
          data: {
            id,
            tenantId: input.tenantId,
            kind: input.kind,
            tokenHash: sha256(token),
            label,
            userId,
            returnUrl,
            createdAt: now,
            expiresAt,
          },
        })
        await recordAudit(tx, {
          action: 'CONNECT_LINK_CREATED',
          at: now,
          tenantId: input.tenantId,
          subjectId: id,
          details: { kind: input.kind, expiresAt: expiresAt.toISOString() },
        })
      })
      return { path: `/v1/rc/connect?token=${token}`, expiresAt }
    },

    /** What a link is for a browser. Looking changes nothing: mail scanners open links. */
    look: (token: string, browserSecret: string | undefined) => look(db, token, browserSecret),

    /**
     * Uses a link up, if it is valid: of many browsers at once, one gets it. That one may press again,
     * after the back button or with a double click: then only its last passage counts.
     */
    async consume(tx: Tx, token: string, browserSecret: string): Promise<LinkState> {
      for (;;) {
        const link = await look(tx, token, browserSecret)
        if (link.state !== 'valid') return link
        const used = { data: { usedAt: clock.now() } }
        const { count } = link.begunId
          ? await tx.connectAttempt.updateMany({
              where: { id: link.begunId, usedAt: null },
              ...used,
            })
          : await tx.connectToken.updateMany({ where: { id: link.id, usedAt: null }, ...used })
        if (count === 1) return link
        // Somebody was quicker: what a link is depends on who that was.
      }
    },

    /** Makes a used link good again for the rest of its time: its user turned back at RingCentral. */
    async reopen(id: string): Promise<void> {
      await db.connectToken.updateMany({ where: { id }, data: { usedAt: null } })
    },
  }
}
