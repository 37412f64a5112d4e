import { invalidParameter } from '../http/errors.ts'
import { accountPath, answer, type Exchange, extensionPath, readJson } from '../http/exchange.ts'
import { digits, time } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'
import { paginate } from '../http/paging.ts'
import type { Simulation } from '../simulation.ts'
import { canText, type Extension, fullName } from '../world/world.ts'

export const extensionOperations: Operation[] = [
  {
    method: 'GET',
    path: `${accountPath}/extension`,
    group: 'Medium',
    scope: 'ReadAccounts',
    handle(x) {
      const { sim, account, query } = x
      const emails = query.getAll('email').map((email) => email.toLowerCase())
      const statuses = query.getAll('status')
      const types = query.getAll('type')
      const number = query.get('extensionNumber')
      const found = sim.world
        .extensionsOf(account.id)
        .filter(
          (one) =>
            (emails.length === 0 || emails.includes(one.email.toLowerCase())) &&
            (statuses.length === 0 || statuses.includes(one.status)) &&
            (types.length === 0 || types.includes(one.type)) &&
            (number === null || one.extensionNumber === number),
        )
      const numbers = sim.world.numbersByExtension()
      const render = (one: Extension) => renderExtension(sim, one, numbers)
      return answer(paginate(x, found, render, { totals: true }))
    },
  },
  {
    method: 'GET',
    path: extensionPath,
    group: 'Light',
    scope: 'ReadAccounts',
    handle: (x) => answer(renderInfo(x)),
  },
  {
    method: 'PUT',
    path: extensionPath,
    group: 'Medium',
    scope: 'EditExtensions',
    async handle(x) {
      const { contact } = await readJson(x.c)
      Object.assign(x.extension, readContactInfo(contact))
      x.sim.notifier.extensionChanged(x.extension, 'Update', ['ExtensionInfo'])
      return answer(renderInfo(x))
    },
  },
]

const editable = ['firstName', 'lastName', 'company', 'jobTitle', 'department', 'email'] as const
const phones = ['businessPhone', 'mobilePhone'] as const

/** The members of a contact that one may change here; others are ignored. */
function readContactInfo(contact: unknown): Partial<Extension> {
  const given = (contact ?? {}) as Record<string, unknown>
  const change: Partial<Extension> = {}
  for (const name of [...editable, ...phones]) {
    const value = given[name]
    if (value === undefined) continue
    if (typeof value !== 'string') throw invalidParameter(`contact.${name}`)
    change[name] = value
  }
  if (change.email !== undefined && !/^[^\s@]+@[^\s@]+$/.test(change.email)) {
    throw invalidParameter('contact.email')
  }
  for (const name of phones) {
    if (change[name] && !/^\+[1-9]\d{6,14}$/.test(change[name])) {
      throw invalidParameter(`contact.${name}`)
    }
  }
  return change
}

function renderInfo({ sim, me, account, extension }: Exchange) {
  const own = extension.id === me.id
  return {
    ...renderExtension(sim, extension),
    account: { id: account.id, uri: `${sim.baseUrl}/restapi/v1.0/account/${account.id}` },
    regionalSettings: {
      homeCountry: { id: '1', name: 'United States', isoCode: 'US', callingCode: '1' },
      timezone: {
        id: '58',
        name: 'US/Pacific',
        description: 'Pacific Time (US & Canada)',
        bias: '-480',
      },
      timeFormat: '12h',
    },
    setupWizardState: 'Completed',
    ...(own && { serviceFeatures: serviceFeatures(sim, extension) }),
  }
}

export function renderPerson(sim: Simulation, { id, accountId, extensionNumber }: Extension) {
  const uri = `${sim.baseUrl}/restapi/v1.0/account/${accountId}/extension/${id}`
  return { uri, id: digits(id), extensionNumber }
}

/** `numbers` of everybody spare looking through all of them for each of many. */
export function renderExtension(
  sim: Simulation,
  one: Extension,
  numbers = sim.world.numbersByExtension(),
) {
  const person = renderPerson(sim, one)
  const own = numbers.get(one.id) ?? []
  return {
    ...person,
    name: fullName(one),
    type: one.type,
    status: one.status,
    hidden: false,
    contact: {
      firstName: one.firstName,
      lastName: one.lastName,
      company: one.company ?? sim.world.accounts.get(one.accountId)?.name,
      jobTitle: one.jobTitle,
      department: one.department,
      email: one.email,
      businessPhone: one.businessPhone ?? own.find((number) => number.primary)?.phoneNumber,
      mobilePhone: one.mobilePhone,
      emailAsLoginName: true,
    },
    permissions: { admin: { enabled: one.admin }, internationalCalling: { enabled: false } },
    profileImage: { uri: `${person.uri}/profile-image` },
    site: { id: 'main-site', name: 'Main Site' },
    creationTime: time(one.createdAt),
  }
}

function serviceFeatures(sim: Simulation, extension: Extension) {
  const texts = sim.world
    .numbersShownTo(extension)
    .some((number) => number.extensionId === extension.id && canText(number))
  return [
    { featureName: 'SMS', enabled: texts },
    { featureName: 'SMSReceiving', enabled: texts },
    { featureName: 'RingOut', enabled: true },
    { featureName: 'InternationalSMS', enabled: false, reason: 'AccountLimitation' },
  ]
}
