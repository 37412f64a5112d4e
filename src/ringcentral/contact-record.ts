/** Somebody in an extension's own address book. */
import { z } from 'zod'
import { id, maybe } from './values.ts'

const text = maybe(z.string())

const address = maybe(z.object({ street: text, city: text, state: text, zip: text, country: text }))

const fields = {
  firstName: text,
  lastName: text,
  middleName: text,
  nickName: text,
  company: text,
  jobTitle: text,
  email: text,
  email2: text,
  email3: text,
  homePhone: text,
  homePhone2: text,
  businessPhone: text,
  businessPhone2: text,
  mobilePhone: text,
  businessFax: text,
  companyPhone: text,
  assistantPhone: text,
  carPhone: text,
  otherPhone: text,
  otherFax: text,
  callbackPhone: text,
  homeAddress: address,
  businessAddress: address,
  otherAddress: address,
  birthday: text,
  webPage: text,
  notes: text,
}

export const contact = z.object({ id, ...fields })

export type Contact = z.output<typeof contact>
type Address = Partial<NonNullable<Contact['homeAddress']>>

/** What a contact can be made of, each part as one likes. */
export type ContactFields = {
  [Name in keyof Omit<Contact, 'id'>]?: Contact[Name] extends string | undefined ? string : Address
}

export type ContactChange = { [Name in keyof ContactFields]: ContactFields[Name] | null }
