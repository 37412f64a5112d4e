import { parsePhoneNumberFromString } from 'libphonenumber-js'
import type { PhoneNumber } from '../db/generated/client/client.ts'
import { isHighVolume } from './high-volume.ts'

/** Whether carriers know who texts from a number. */
export type RegistrationStatus =
  | 'REGISTERED'
  | 'PENDING'
  | 'REJECTED'
  | 'ENDED'
  | 'NOT_REGISTERED'
  | 'NOT_NEEDED'
  | 'UNKNOWN'

type Registered = Pick<
  PhoneNumber,
  'phoneNumber' | 'paymentType' | 'features' | 'registrationReadAt' | 'campaignStatus'
>

const ofCampaign: Record<string, RegistrationStatus> = {
  Confirmed: 'REGISTERED',
  Created: 'PENDING',
  Submitted: 'PENDING',
  UpdateRequested: 'PENDING',
  Draft: 'PENDING',
  Unconfirmed: 'PENDING',
  SubmitFailed: 'REJECTED',
  PreVetFailed: 'REJECTED',
  DeleteRequested: 'ENDED',
  CampaignSuspended: 'ENDED',
  CampaignExpired: 'ENDED',
}

export function registrationStatusOf(number: Registered): RegistrationStatus {
  if (isTollFree(number)) return 'UNKNOWN'
  return needsCampaign(number) ? statusInCampaign(number) : 'NOT_NEEDED'
}

function statusInCampaign(number: Registered): RegistrationStatus {
  if (!number.registrationReadAt) return 'UNKNOWN'
  // High-volume numbers are registered by another way, too: that this one tells of none is no proof.
  if (number.campaignStatus === null) return isHighVolume(number) ? 'UNKNOWN' : 'NOT_REGISTERED'
  // A word that RingCentral has invented since is nothing to refuse texts for.
  return ofCampaign[number.campaignStatus] ?? 'UNKNOWN'
}

/** Whether RingCentral would not pass on what is texted from it. */
export function isUnregistered(number: Registered): boolean {
  // Whether it needs a campaign takes longer to find out than how its campaign stands, and every text asks.
  return unfit.includes(statusInCampaign(number)) && unfit.includes(registrationStatusOf(number))
}

const unfit: readonly RegistrationStatus[] = ['PENDING', 'REJECTED', 'ENDED', 'NOT_REGISTERED']

/** Verified by another way than by a campaign, of which RingCentral tells nothing. */
export function isTollFree({ paymentType }: Pick<PhoneNumber, 'paymentType'>): boolean {
  return paymentType === 'TollFree'
}

/** Carriers of the United States and Canada ask for one. */
export function needsCampaign(number: Pick<PhoneNumber, 'phoneNumber' | 'paymentType'>): boolean {
  if (isTollFree(number)) return false
  const parsed = parsePhoneNumberFromString(number.phoneNumber)
  return parsed?.countryCallingCode === '1' && ['US', 'CA', undefined].includes(parsed.country)
}
