import type { Consent } from '../db/generated/client/client.ts'
import { BusinessError } from '../lib/errors.ts'

/** Somebody among the recipients wants no more texts from this number. */
export class RecipientOptedOutError extends BusinessError {
  override name = 'RecipientOptedOutError'
  readonly code = 'RECIPIENT_OPTED_OUT'
  readonly recipient: string
  readonly from: string
  readonly optedOutAt: Date
  constructor({ other, number, changedAt }: Pick<Consent, 'other' | 'number' | 'changedAt'>) {
    super(
      `${other} wants no more texts from ${number}, since ${changedAt.toISOString()}. They get them again when they text START to ${number}; or, when they have told you so in another way, by \`setConsent\`.`,
    )
    this.recipient = other
    this.from = number
    this.optedOutAt = changedAt
  }
}
