import type { MessageResolution, MessageStatus } from '../db/generated/client/client.ts'
import { BusinessError } from '../lib/errors.ts'

/** RingCentral's limit, in UTF-16 code units: `text.length`. */
export const maxTextLength = 1000
/** The same, between colleagues. */
export const maxInternalTextLength = 1024
/** Seconds: a text that could not be sent for a week is hardly wanted. */
export const maxValidFor = 7 * 24 * 3600
/** Days: nobody remembers what was to be said later than that. */
export const maxDaysAhead = 365
/** RingCentral's limit for one group conversation. */
export const maxRecipients = 10
/** RingCentral names no limit for colleagues; this one keeps a slip of the hand from writing to the whole company. */
export const maxColleagues = 50

export class InvalidTextError extends BusinessError {
  override name = 'InvalidTextError'
  readonly code: 'TEXT_EMPTY' | 'TEXT_TOO_LONG'
  /** Length of the text in UTF-16 code units. */
  readonly length: number
  /** The most that RingCentral takes. */
  readonly limit: number
  constructor(length: number, limit: number) {
    super(
      length === 0
        ? 'The text is empty: write something.'
        : `The text has ${length} UTF-16 code units; RingCentral takes at most ${limit} (an emoji counts 2 or more). Shorten it, or send two.`,
    )
    this.code = length === 0 ? 'TEXT_EMPTY' : 'TEXT_TOO_LONG'
    this.length = length
    this.limit = limit
  }
}

export class InvalidRecipientsError extends BusinessError {
  override name = 'InvalidRecipientsError'
  readonly code = 'INVALID_RECIPIENTS'
}

/** Nobody in the company's directory is named so. */
export class RecipientNotFoundError extends BusinessError {
  override name = 'RecipientNotFoundError'
  readonly code = 'RECIPIENT_NOT_FOUND'
  /** As it was given. */
  readonly recipient: string
  constructor(recipient: string) {
    super(
      `There is no colleague ${JSON.stringify(recipient)} in the company of the extension that sends. The query \`directory\` lists them.`,
    )
    this.recipient = recipient
  }
}

export type UnusableAttachment =
  | 'TOO_MANY'
  | 'TWICE'
  | 'NOT_FOUND'
  | 'NOT_READY'
  | 'TOO_LARGE_TOGETHER'

/** What shall be attached cannot be. */
export class AttachmentError extends BusinessError {
  override name = 'AttachmentError'
  readonly code = 'ATTACHMENT_NOT_USABLE'
  readonly reason: UnusableAttachment
  /** The upload; null where it is about all of them. */
  readonly attachmentId: string | null
  constructor(reason: UnusableAttachment, attachmentId: string | null, message: string) {
    super(message)
    this.reason = reason
    this.attachmentId = attachmentId
  }
}

/** The number sends words alone. */
export class MmsNotSupportedError extends BusinessError {
  override name = 'MmsNotSupportedError'
  readonly code = 'MMS_NOT_SUPPORTED'
  readonly number: string
  constructor(number: string) {
    super(
      `${number} sends no attachments: RingCentral gives it no feature MmsSender, as toll-free numbers never have it. Take another one of \`phoneNumbers\`.`,
    )
    this.number = number
  }
}

export class MessageNotFoundError extends BusinessError {
  override name = 'MessageNotFoundError'
  readonly code = 'MESSAGE_NOT_FOUND'
  constructor(messageId: string) {
    super(`There is no message ${messageId}.`)
  }
}

/** There is nothing to decide about a message, or it was decided otherwise. */
export class NotUnconfirmedError extends BusinessError {
  override name = 'NotUnconfirmedError'
  readonly code: 'NOT_UNCONFIRMED' | 'ALREADY_RESOLVED'
  readonly status: MessageStatus
  constructor(messageId: string, status: MessageStatus, resolution: MessageResolution | null) {
    super(
      resolution
        ? `It was decided before: ${messageId} is ${resolution}. That cannot be taken back.`
        : `Message ${messageId} is ${status}: only of an UNCONFIRMED one is it unknown whether it was sent.`,
    )
    this.code = resolution ? 'ALREADY_RESOLVED' : 'NOT_UNCONFIRMED'
    this.status = status
  }
}

/** It cannot be given another time: it is on its way, or has come to its end. */
export class MessageNotWaitingError extends BusinessError {
  override name = 'MessageNotWaitingError'
  readonly code = 'MESSAGE_NOT_WAITING'
  readonly status: MessageStatus
  constructor(messageId: string, status: MessageStatus) {
    super(
      `Message ${messageId} is ${status}: only one that is QUEUED or SCHEDULED can get another time.`,
    )
    this.status = status
  }
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
