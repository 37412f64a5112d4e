import { takeFromBudget } from '../db/budget.ts'
import type { Db, Tx } from '../db/client.ts'
import type { ConnectTokenKind } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { after, type Clock, hours, minutes } from '../lib/clock.ts'
import { InvalidInputError, RateLimitedError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import { createSecret, sha256 } from '../lib/secrets.ts'
import { parseUserId } from './user-mapping.ts'

export type ConnectLinks = ReturnType<typeof createConnectLinks>

/** A fresh link: its path below the public URL, and its end. */
export type ConnectLink = { path: string; expiresAt: Date }

/** What a link is, for the page that it opens. */
export type LinkState =
  | { state: 'valid'; id: string; tenantId: string; tenantName: string; label: string | null }
  | { state: 'unknown' | 'used' | 'expired' | 'suspended' }

const lifetime: Record<ConnectTokenKind, number> = { CONNECT: minutes(5), INVITE: minutes(30) }
const linksPerHour = { limit: 100, windowMs: hours(1) }

/** The single-use links that begin a connection. Only their hashes are stored. */
export function createConnectLinks({ db, clock }: { db: Db; clock: Clock }) {
  async function look(where: Db | Tx, token: string): Promise<LinkState> {
    const link = await where.connectToken.findUnique({
      where: { tokenHash: sha256(token) },
      include: { tenant: true },
    })
    if (!link || link.tenant.status === 'DELETING') return { state: 'unknown' }
    if (link.usedAt) return { state: 'used' }
    if (link.expiresAt <= clock.now()) return { state: 'expired' }
    if (link.tenant.status === 'SUSPENDED') return { state: 'suspended' }
    const { id, tenantId, tenant, label } = link
    return { state: 'valid', id, tenantId, tenantName: tenant.name, label }
  }

  return {
    /**
     * @throws RateLimitedError beyond 100 links a tenant an hour
     * @throws InvalidInputError when the label or the user's id is too long
     */
    async create(input: {
      tenantId: string
      kind: ConnectTokenKind
      label?: string | null | undefined
      /** Whom of the application's users to map to the extension that connects. */
      userId?: string | null | undefined
    }): Promise<ConnectLink> {
      const label = input.label?.trim() || null
      if (label && label.length > 100) {
        throw new InvalidInputError(
          'label',
          `The label has ${label.length} characters; at most 100 are allowed.`,
        )
      }
      const userId = input.userId == null ? null : parseUserId(input.userId)
      const token = createSecret()
      const now = clock.now()
      const expiresAt = after(now, lifetime[input.kind])
      await inTransaction(db, async (tx) => {
        const taken = await takeFromBudget(tx, `connect-links:${input.tenantId}`, linksPerHour)
        if (!taken.granted) {
          throw new RateLimitedError(
            `At most ${linksPerHour.limit} links can be made an hour.`,
            taken.retryAfterMs,
          )
        }
        await tx.connectToken.create({
          data: {
            id: createId('ConnectToken'),
            tenantId: input.tenantId,
            kind: input.kind,
            tokenHash: sha256(token),
            label,
            userId,
            createdAt: now,
            expiresAt,
          },
        })
      })
      return { path: `/v1/rc/connect?token=${token}`, expiresAt }
    },

    /** What a link is. Looking changes nothing: mail scanners open links. */
    look: (token: string) => look(db, token),

    /** Uses a link up, if it is valid. Of many at once, one gets it. */
    async consume(tx: Tx, token: string): Promise<LinkState> {
      const link = await look(tx, token)
      if (link.state !== 'valid') return link
      const { count } = await tx.connectToken.updateMany({
        where: { id: link.id, usedAt: null },
        data: { usedAt: clock.now() },
      })
      return count === 1 ? link : { state: 'used' }
    },

    /** Makes a used link good again for the rest of its time: its user turned back at RingCentral. */
    async reopen(id: string): Promise<void> {
      await db.connectToken.updateMany({ where: { id }, data: { usedAt: null } })
    },
  }
}
