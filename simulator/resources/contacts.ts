import type { Contact } from '../contacts/contact-book.ts'
import { phoneFields, readContact, removedFields } from '../contacts/fields.ts'
import { apiError, notFound } from '../http/errors.ts'
import {
  addressOf,
  answer,
  type Exchange,
  extensionPath,
  noContent,
  readJson,
} from '../http/exchange.ts'
import { digits } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'
import { paginate } from '../http/paging.ts'
import { readList } from '../http/query.ts'

const path = `${extensionPath}/address-book/contact`
const one = `${path}/:contactId`
const reading = { group: 'Heavy', scope: 'ReadContacts' } as const
const writing = { group: 'Heavy', scope: 'Contacts' } as const

export const contactOperations: Operation[] = [
  { ...reading, method: 'GET', path, handle: list },
  { ...writing, method: 'POST', path, handle: create },
  { ...reading, method: 'GET', path: one, handle: (x) => reply(x, find(x)) },
  { ...writing, method: 'PUT', path: one, handle: (x) => update(x, {}) },
  { ...writing, method: 'PATCH', path: one, handle: (x) => update(x, find(x).fields) },
  { ...writing, method: 'DELETE', path: one, handle: remove },
]

const most = 10_000

const sortable: Record<string, string> = {
  FirstName: 'firstName',
  LastName: 'lastName',
  Company: 'company',
}

function list(x: Exchange): Response {
  const { sim, extension, query } = x
  const startsWith = query.get('startsWith')?.toLowerCase()
  const numbers = query.getAll('phoneNumber').filter(Boolean).map(bare)
  const order = readList(query, 'sortBy', Object.keys(sortable)) ?? ['FirstName', 'LastName']
  const found = sim.contacts
    .alive(extension.id)
    .filter(({ fields }) => !startsWith || begins(fields, startsWith))
    .filter(({ fields }) => numbers.length === 0 || hasNumber(fields, numbers))
    .sort((a, b) => compare(a, b, order))
  const page = paginate(x, found, (contact) => renderContact(x, contact), { totals: true })
  return answer({ ...page, groups: { uri: addressOf(x, '/address-book/group') } })
}

function begins(fields: Contact['fields'], start: string): boolean {
  const names = [fields.firstName, fields.lastName, fields.company, fields.email]
  return names.some((name) =>
    String(name ?? '')
      .toLowerCase()
      .startsWith(start),
  )
}

function hasNumber(fields: Contact['fields'], numbers: string[]): boolean {
  return phoneFields.some((name) => {
    const value = fields[name]
    return value !== undefined && numbers.includes(bare(String(value)))
  })
}

function bare(phoneNumber: string): string {
  return phoneNumber.replace(/\D/g, '')
}

function compare(a: Contact, b: Contact, order: string[]): number {
  for (const name of order) {
    const field = sortable[name] as string
    const difference = String(a.fields[field] ?? '').localeCompare(String(b.fields[field] ?? ''))
    if (difference !== 0) return difference
  }
  return 0
}

async function create(x: Exchange): Promise<Response> {
  const fields = readContact(await readJson(x.c))
  if (x.sim.contacts.alive(x.extension.id).length >= most) {
    throw apiError(400, 'PAB-103', 'The number of contacts is exceeded')
  }
  return reply(x, x.sim.contacts.add(x.extension.id, fields))
}

/** PUT begins with nothing, PATCH with what there is; what is null is removed. */
async function update(x: Exchange, before: Contact['fields']): Promise<Response> {
  const contact = find(x)
  const body = await readJson(x.c)
  const fields = { ...before, ...readContact(body) }
  for (const name of removedFields(body)) delete fields[name]
  x.sim.contacts.change(contact, fields)
  return reply(x, contact)
}

function remove(x: Exchange): Response {
  x.sim.contacts.remove(find(x))
  return noContent(x.c)
}

function find(x: Exchange): Contact {
  const found = x.sim.contacts.find(x.extension.id, x.c.req.param('contactId') ?? '')
  if (!found) throw notFound('contactId')
  return found
}

function reply(x: Exchange, contact: Contact): Response {
  return answer(renderContact(x, contact))
}

export function renderContact(x: Exchange, { id, availability, fields }: Contact) {
  return {
    uri: addressOf(x, `/address-book/contact/${id}`),
    id: digits(id),
    availability,
    ...fields,
  }
}
