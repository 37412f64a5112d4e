import { invalidParameter } from '../http/errors.ts'

const words = [
  ...['firstName', 'lastName', 'middleName', 'nickName', 'company', 'jobTitle', 'notes'],
  ...['ringtoneIndex', 'appInfo'],
]
export const phoneFields = [
  ...['homePhone', 'homePhone2', 'businessPhone', 'businessPhone2', 'mobilePhone', 'businessFax'],
  ...['companyPhone', 'assistantPhone', 'carPhone', 'otherPhone', 'otherFax', 'callbackPhone'],
]
const emails = ['email', 'email2', 'email3']
const addresses = ['homeAddress', 'businessAddress', 'otherAddress']
const addressFields = ['street', 'city', 'state', 'zip', 'country']

/** The members of a contact that RingCentral knows, each checked; others are ignored. */
export function readContact(body: Record<string, unknown>): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const take = (name: string, isRight: (text: string) => boolean) => {
    const value = body[name]
    if (value === undefined || value === null) return
    if (typeof value !== 'string' || !isRight(value)) throw invalidParameter(name)
    fields[name] = value
  }
  for (const name of words) take(name, () => true)
  for (const name of phoneFields) take(name, (text) => text === '' || /\d/.test(text))
  for (const name of emails) take(name, (text) => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text))
  take('webPage', (text) => URL.canParse(text))
  take('birthday', (text) => !Number.isNaN(Date.parse(text)))
  if (fields.birthday) fields.birthday = new Date(fields.birthday as string).toISOString()
  for (const name of addresses) {
    const value = body[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'object') throw invalidParameter(name)
    fields[name] = readAddress(value as Record<string, unknown>, name)
  }
  return fields
}

/** What a change takes away: the members that are null. */
export function removedFields(body: Record<string, unknown>): string[] {
  return Object.keys(body).filter((name) => body[name] === null)
}

function readAddress(value: Record<string, unknown>, name: string) {
  const address: Record<string, string> = {}
  for (const part of addressFields) {
    const text = value[part]
    if (text === undefined || text === null) continue
    if (typeof text !== 'string') throw invalidParameter(`${name}.${part}`)
    address[part] = text
  }
  return address
}
