import type { Exchange } from '../http/exchange.ts'
import { canText, type Extension, fullName, type PhoneNumber } from '../world/world.ts'

/** One person as the company directory shows them. Here even the id is a string. */
export function renderEntry(
  { sim }: Exchange,
  one: Extension,
  numbers = sim.world.numbersByExtension(),
) {
  const account = sim.world.accounts.get(one.accountId)
  const uri = `${sim.baseUrl}/restapi/v1.0/account/${one.accountId}/extension/${one.id}/profile-image`
  return {
    id: one.id,
    type: one.type,
    status: one.status,
    firstName: one.firstName,
    lastName: one.lastName,
    name: fullName(one),
    jobTitle: one.jobTitle,
    department: one.department,
    email: one.email,
    extensionNumber: one.extensionNumber,
    account: {
      id: one.accountId,
      companyName: account?.name,
      mainNumber: account && {
        phoneNumber: account.mainNumber,
        formattedPhoneNumber: formatted(account.mainNumber),
        type: 'VoiceFax',
        usageType: 'MainCompanyNumber',
      },
    },
    phoneNumbers: [
      ...(numbers.get(one.id) ?? []).map(renderNumber),
      ...(one.mobilePhone === undefined ? [] : [renderMobile(one.mobilePhone)]),
    ],
    profileImage: { uri },
    site: { id: 'main-site', name: 'Main Site' },
    hidden: false,
  }
}

function renderNumber(number: PhoneNumber) {
  return {
    phoneNumber: number.phoneNumber,
    formattedPhoneNumber: formatted(number.phoneNumber),
    type: number.type,
    usageType: number.usageType,
    primary: number.primary,
    hidden: false,
    smsAvailabilityStatus: canText(number) ? 'Active' : 'Inactive',
  }
}

function renderMobile(phoneNumber: string) {
  return {
    phoneNumber,
    formattedPhoneNumber: formatted(phoneNumber),
    type: 'VoiceOnly',
    usageType: 'MobileNumber',
    hidden: false,
  }
}

function formatted(phoneNumber: string): string {
  const [, area, exchange, line] = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phoneNumber) ?? []
  return line === undefined ? phoneNumber : `(${area}) ${exchange}-${line}`
}
