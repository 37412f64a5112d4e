import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js'
import type { Contact as ContactRow } from '../db/generated/client/client.ts'
import type { Contact } from '../ringcentral/client.ts'
import { searchTextOf } from './search-text.ts'

export type ContactFacts = Omit<ContactRow, 'id' | 'tenantId' | 'extensionRowId' | 'seenAt'>

/** A contact of RingCentral's as we keep it. `home`: where numbers without a country code are. */
export function contactFacts(contact: Contact, home: CountryCode): ContactFacts {
  const { firstName, lastName, company, jobTitle, email, notes } = contact
  const numbers = phonesOf(contact)
  const fullName = [firstName, lastName].filter(Boolean).join(' ')
  const name = fullName || company || email || numbers[0] || contact.id
  const phoneNumbers = [...new Set(numbers.map((number) => asE164(number, home)))]
  const emails = [email, contact.email2, contact.email3]
  return {
    rcContactId: contact.id,
    name,
    firstName: firstName || null,
    lastName: lastName || null,
    company: company || null,
    jobTitle: jobTitle || null,
    email: email || null,
    mobilePhone: contact.mobilePhone || null,
    businessPhone: contact.businessPhone || null,
    homePhone: contact.homePhone || null,
    notes: notes || null,
    phoneNumbers,
    searchText: searchTextOf([name, company, jobTitle, ...emails], phoneNumbers),
  }
}

function phonesOf(contact: Contact): string[] {
  return [
    contact.mobilePhone,
    contact.businessPhone,
    contact.businessPhone2,
    contact.homePhone,
    contact.homePhone2,
    contact.companyPhone,
    contact.assistantPhone,
    contact.carPhone,
    contact.otherPhone,
    contact.callbackPhone,
  ].flatMap((number) => number || [])
}

/** As it is when it cannot be read as a number. */
function asE164(number: string, home: CountryCode): string {
  const parsed = parsePhoneNumberFromString(number, home)
  return parsed?.isPossible() ? parsed.number : number
}

/** Where an extension is, by its own number. */
export function homeOf(phoneNumbers: readonly { phoneNumber: string }[]): CountryCode {
  const [own] = phoneNumbers
  return (own && parsePhoneNumberFromString(own.phoneNumber)?.country) || 'US'
}
