import { BusinessError } from '../lib/errors.ts'

/** RingCentral's limit, for the attachments of one message together. */
export const maxBytes = 1_500_000
/** The same. */
export const maxAttachments = 10
/** What a phone's camera makes today, and a few times that: a picture with more is made to hurt who opens it. */
export const maxPixels = 50_000_000

export type RefusedUpload =
  | 'EMPTY'
  | 'TOO_LARGE'
  | 'INCOMPLETE'
  | 'TYPE_NOT_TAKEN'
  | 'NOT_WHAT_IT_SAYS'
  | 'PICTURE_TOO_LARGE'
  | 'PICTURE_UNREADABLE'

/** Bytes that RingCentral or the people who open them should not get. Nothing of them is kept. */
export class UploadRefusedError extends BusinessError {
  override name = 'UploadRefusedError'
  readonly code = 'UPLOAD_REFUSED'
  readonly reason: RefusedUpload
  constructor(reason: RefusedUpload, message: string) {
    super(message)
    this.reason = reason
  }
}

/** So many files of a tenant lie here for nothing, at most: the disk is everybody's. */
export const maxUnusedUploads = 1_000

export class TooManyUploadsError extends BusinessError {
  override name = 'TooManyUploadsError'
  readonly code = 'TOO_MANY_UPLOADS'
  readonly limit = maxUnusedUploads
  constructor() {
    super(
      `${maxUnusedUploads} uploads of yours have not been used: attach them to texts first. What is not used is gone after 24 hours.`,
    )
  }
}

/** It has taken its bytes, and what was attached must not change. */
export class UploadFinishedError extends BusinessError {
  override name = 'UploadFinishedError'
  readonly code = 'UPLOAD_FINISHED'
  constructor() {
    super('This upload has its bytes already. For other bytes, make another one with createUpload.')
  }
}

export class UploadNotReadyError extends BusinessError {
  override name = 'UploadNotReadyError'
  readonly code = 'UPLOAD_NOT_READY'
  constructor(uploadId: string) {
    super(
      `There is no upload ${uploadId} with bytes. Make one with \`createUpload\` and PUT them to its \`url\`; one that is not used is gone after 24 hours.`,
    )
  }
}
