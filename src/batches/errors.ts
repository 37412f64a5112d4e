import { BusinessError } from '../lib/errors.ts'

export const maxBatchSize = 10_000
/** Numbers that may share a batch. */
export const maxSenders = 50
/** How many faulty rows an error shows; it says how many there are. */
export const maxRowsShown = 1_000

/** Why a row cannot become a text. */
export const rowFaults = {
  INVALID_PHONE_NUMBER: 'The recipient is no number in E.164.',
  DUPLICATE_RECIPIENT: 'The recipient stands further up as well.',
  OWN_NUMBER: 'The recipient is one of the numbers that send.',
  COLUMNS_MISMATCH: 'The line of the CSV has more or fewer columns than its first line names.',
  VALUE_MISSING: 'A placeholder of the text has neither a value nor a fallback.',
  RECIPIENT_OPTED_OUT: 'The recipient wants no texts from one of the numbers that send.',
  INTERNATIONAL_NOT_ALLOWED:
    'The recipient is abroad for one of the numbers that send, which texts at home only.',
  TEXT_EMPTY: 'There is nothing to say.',
  TEXT_TOO_LONG: 'Filled in, the text is longer than RingCentral takes.',
} as const
export type RowFault = keyof typeof rowFaults

/** A row that was left out. `line`: of a CSV as an editor counts, of a list from 1. */
export type RejectedRow = { line: number; to: string; code: RowFault; message: string }

/** Some rows cannot become texts, and nothing was queued. */
export class BatchRowsInvalidError extends BusinessError {
  override name = 'BatchRowsInvalidError'
  readonly code = 'BATCH_ROWS_INVALID'
  readonly rows: RejectedRow[]
  readonly rowCount: number
  constructor(rows: RejectedRow[], of: number) {
    super(
      `${rows.length} of ${of} rows cannot be sent; nothing was queued. Mend them, or set \`skipInvalid\` to send the others.`,
    )
    this.rows = rows.slice(0, maxRowsShown)
    this.rowCount = rows.length
  }
}

/** The file is no table with a column `to`. */
export class InvalidCsvError extends BusinessError {
  override name = 'InvalidCsvError'
  readonly code = 'INVALID_CSV'
}

export class BatchNotFoundError extends BusinessError {
  override name = 'BatchNotFoundError'
  readonly code = 'BATCH_NOT_FOUND'
  constructor(batchId: string) {
    super(`There is no batch ${batchId}.`)
  }
}

/** The batch is over, so it can be neither paused, resumed nor canceled. */
export class BatchFinishedError extends BusinessError {
  override name = 'BatchFinishedError'
  readonly code = 'BATCH_FINISHED'
  constructor(status: string) {
    super(`The batch is ${status} already.`)
  }
}

/** The idempotency key belongs to another batch; nothing was queued. */
export class BatchIdempotencyConflictError extends BusinessError {
  override name = 'BatchIdempotencyConflictError'
  readonly code = 'IDEMPOTENCY_KEY_MISMATCH'
  readonly batchId: string
  constructor(batchId: string) {
    super(`The idempotency key belongs to another request, which made ${batchId}.`)
    this.batchId = batchId
  }
}
