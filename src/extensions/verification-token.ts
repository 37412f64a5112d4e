import type { WebhookSubscription } from '../db/generated/client/client.ts'
import type { Sealer } from '../lib/sealer.ts'

/** What RingCentral's `Verification-Token` must be for a webhook. */
export function openVerificationToken(
  sealer: Sealer,
  webhook: Pick<WebhookSubscription, 'id' | 'tenantId' | 'verificationTokenSealed'>,
): Promise<string> {
  return sealer.open(webhook.verificationTokenSealed, verificationTokenPlace(webhook))
}

export const verificationTokenPlace = ({ id, tenantId }: { id: string; tenantId: string }) => ({
  tenantId,
  table: 'WebhookSubscription',
  column: 'verificationToken',
  rowId: id,
})
