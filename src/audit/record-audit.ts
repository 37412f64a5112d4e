import type { Db, Tx } from '../db/client.ts'
import { createId } from '../lib/ids.ts'
import { type Actor, requestScope } from '../lib/request-scope.ts'
import type { AuditAction } from './actions.ts'

/** A deed, without who did it and where from: that is known of the request. */
export type Deed = {
  action: AuditAction
  at: Date
  /** Whom it concerns; null for what concerns the gateway as a whole. */
  tenantId: string | null
  /** The id of what it was done to. */
  subjectId: string | null
  /** A few facts by their names. Never a secret, and nothing of what people write. */
  details?: Record<string, string | number | boolean | null | readonly string[]>
  /** Who did it, where that is not who asked: a request may be what makes the gateway notice something. */
  by?: Actor
}

/**
 * Writes down what is done with keys, grants, tenants and secrets, in the transaction that does it: neither happens
 * without the other. Outside of any request it was the gateway itself.
 */
export async function recordAudit(tx: Tx | Db, deed: Deed): Promise<void> {
  const scope = requestScope.getStore()
  const { by, details = {}, ...done } = deed
  const actor = by ?? scope?.actor ?? { kind: 'GATEWAY' }
  const from = actor.kind === 'GATEWAY' ? undefined : scope
  await tx.auditEntry.createMany({
    data: {
      id: createId('AuditEntry'),
      ...done,
      actor: actor.kind,
      actorId: actor.id ?? null,
      address: from?.address ?? null,
      requestId: scope?.requestId ?? null,
      details,
    },
  })
}
