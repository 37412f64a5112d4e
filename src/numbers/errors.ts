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

/** Carriers would not pass on what this number texts. */
export class SenderNotRegisteredError extends BusinessError {
  override name = 'SenderNotRegisteredError'
  readonly code = 'SENDER_NOT_REGISTERED'
  readonly number: string
  /** RingCentral's word; null if there is no campaign at all. */
  readonly campaignStatus: string | null
  constructor(number: string, campaignStatus: string | null) {
    super(
      `${number} ${campaignStatus ? `has a messaging campaign (TCR) that is ${campaignStatus}, not Confirmed` : 'is not registered with a messaging campaign (TCR)'}: carriers refuse its texts. An administrator registers it at RingCentral; \`discoverPhoneNumbers\` reads it again.`,
    )
    this.number = number
    this.campaignStatus = campaignStatus
  }
}

/** A number that texts at home only. */
export class InternationalNotAllowedError extends BusinessError {
  override name = 'InternationalNotAllowedError'
  readonly code = 'INTERNATIONAL_NOT_ALLOWED'
  readonly number: string
  /** Those abroad. */
  readonly recipients: string[]
  constructor(number: string, recipients: string[]) {
    super(
      `${number} cannot text abroad (${recipients.join(', ')}): it lacks RingCentral’s feature InternationalSmsSender. Send from another number, or have it enabled and read again with \`discoverPhoneNumbers\`.`,
    )
    this.number = number
    this.recipients = recipients
  }
}
