import { recordAudit } from '../audit/record-audit.ts'
import type { Tx } from '../db/client.ts'
import type { ConnectAttempt, Extension } from '../db/generated/client/client.ts'

/** For the audit log: whose grant has come in, by which link. */
export function writeDownConnected(
  tx: Tx,
  extension: Extension,
  { again, attempt }: { again: boolean; attempt: ConnectAttempt },
): Promise<void> {
  const { id, tenantId, connectedAt, extensionId, rcAccountId, scopes } = extension
  return recordAudit(tx, {
    action: again ? 'EXTENSION_RECONNECTED' : 'EXTENSION_CONNECTED',
    at: connectedAt,
    tenantId,
    subjectId: id,
    details: { link: attempt.connectTokenId, extensionId, rcAccountId, scopes },
  })
}

/** What RingCentral has told of a grant, whoever's request made us ask. */
export function writeDownTrouble(
  tx: Tx,
  action: 'GRANT_ENDED' | 'GRANT_REFRESH_FAILED',
  { id, tenantId, extensionId, statusReason }: Extension,
  at: Date,
): Promise<void> {
  const details = { extensionId, reason: statusReason }
  return recordAudit(tx, {
    ...{ action, at, tenantId, subjectId: id, details },
    by: { kind: 'GATEWAY' },
  })
}
