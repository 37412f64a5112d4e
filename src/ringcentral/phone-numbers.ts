/**
 * The numbers of an extension: those it can send from, and company numbers that it may only show
 * when it calls.
 */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { collectPages, pageOf } from './paging.ts'
import { extensionPath, segment } from './paths.ts'
import { id, listOf, maybe } from './values.ts'

const phoneNumber = z.object({
  id,
  phoneNumber: z.string(),
  /** `VoiceFax`, `VoiceOnly`, `FaxOnly`. */
  type: maybe(z.string()),
  /** `DirectNumber`, `MainCompanyNumber`, ... */
  usageType: maybe(z.string()),
  /** `Local`, `TollFree`, `External`, ... */
  paymentType: maybe(z.string()),
  status: maybe(z.string()),
  label: maybe(z.string()),
  primary: maybe(z.boolean()),
  /** What this extension may do with the number: `SmsSender`, `MmsSender`, `CallerId`, ... */
  features: listOf(z.string()),
})

export type PhoneNumber = z.output<typeof phoneNumber>

/**
 * Whether the extension may send texts from the number. Any other number of the company answers
 * `MSG-304`.
 */
export function canSendSms(number: PhoneNumber): boolean {
  return number.features.includes('SmsSender') && number.status === 'Normal'
}

/** The same for high-volume texts. A number sends either these or ordinary ones. */
export function canSendHighVolume(number: PhoneNumber): boolean {
  return number.features.includes('A2PSmsSender') && number.status === 'Normal'
}

const smsConfiguration = z
  .object({
    smsCampaignInfo: maybe(
      z.object({
        id: maybe(z.string()),
        /** `Confirmed`, `Submitted`, `CampaignSuspended`, ... */
        status: maybe(z.string()),
        registrationTier: maybe(z.string()),
        useCases: listOf(z.string()),
      }),
    ),
  })
  .transform(({ smsCampaignInfo }) => ({ campaign: smsCampaignInfo }))

/** Under which campaign a number texts; none at all where it is not registered. */
export type SmsConfiguration = z.output<typeof smsConfiguration>

export interface PhoneNumbersApi {
  /** All of them, page after page. */
  list(): Promise<PhoneNumber[]>
  getSmsConfiguration(phoneNumberId: string): Promise<SmsConfiguration>
}

// 1000 a page is RingCentral's maximum; 20 pages are more numbers than one extension can have.
const maxPages = 20

export function createPhoneNumbersApi(call: CallApi): PhoneNumbersApi {
  return {
    async list() {
      const first = extensionPath('/phone-number?perPage=1000')
      const fetchPage = (path = first) =>
        call({ operation: 'phoneNumbers.list', path, answer: pageOf(phoneNumber) })
      return (await collectPages(fetchPage, maxPages)).records
    },

    getSmsConfiguration: async (phoneNumberId) =>
      call({
        operation: 'phoneNumbers.getSmsConfiguration',
        path: extensionPath(`/phone-number/${segment(phoneNumberId)}/sms-configuration`),
        answer: smsConfiguration,
      }),
  }
}
