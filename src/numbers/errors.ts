import { BusinessError } from '../lib/errors.ts'

export class InvalidPhoneNumberError extends BusinessError {
  override name = 'InvalidPhoneNumberError'
  readonly code = 'INVALID_PHONE_NUMBER'
  readonly given: string
  constructor(given: string) {
    super(
      `${JSON.stringify(given.slice(0, 40))} is not a phone number. Write it in E.164, with + and the country code: +12025550142.`,
    )
    this.given = given
  }
}

export class NumberNotFoundError extends BusinessError {
  override name = 'NumberNotFoundError'
  readonly code = 'NUMBER_NOT_FOUND'
  readonly number: string
  /** `more`: what else there is to do, where this was asked. */
  constructor(number: string, more = '') {
    super(
      `No connected extension can send from ${number}. The query \`phoneNumbers\` lists the numbers that can; new ones are found daily, or at once with \`discoverPhoneNumbers\`.${more}`,
    )
    this.number = number
  }
}
