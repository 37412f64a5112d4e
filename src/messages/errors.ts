import { BusinessError } from '../lib/errors.ts'

/** RingCentral's limit, in UTF-16 code units: `text.length`. */
export const maxTextLength = 1000
/** RingCentral's limit for one group conversation. */
export const maxRecipients = 10

export class InvalidTextError extends BusinessError {
  override name = 'InvalidTextError'
  readonly code: 'TEXT_EMPTY' | 'TEXT_TOO_LONG'
  /** Length of the text in UTF-16 code units. */
  readonly length: number
  constructor(length: number) {
    super(
      length === 0
        ? 'The text is empty: write something.'
        : `The text has ${length} UTF-16 code units; RingCentral takes at most ${maxTextLength} (an emoji counts 2 or more). Shorten it, or send two.`,
    )
    this.code = length === 0 ? 'TEXT_EMPTY' : 'TEXT_TOO_LONG'
    this.length = length
  }
}

export class InvalidRecipientsError extends BusinessError {
  override name = 'InvalidRecipientsError'
  readonly code = 'INVALID_RECIPIENTS'
}

export class IdempotencyConflictError extends BusinessError {
  override name = 'IdempotencyConflictError'
  readonly code = 'IDEMPOTENCY_KEY_MISMATCH'
  /** The message that the key belongs to. */
  readonly messageId: string
  constructor(messageId: string) {
    super(
      `This idempotency key was used for another message (${messageId}). Use a new key for a new message.`,
    )
    this.messageId = messageId
  }
}
