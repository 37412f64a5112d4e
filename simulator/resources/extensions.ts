import { accountPath, answer, extensionPath } from '../http/exchange.ts'
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
      return answer(paginate(x, found, (one) => renderExtension(sim, one), { totals: true }))
    },
  },
  {
    method: 'GET',
    path: extensionPath,
    group: 'Light',
    scope: 'ReadAccounts',
    handle({ sim, me, account, extension }) {
      const own = extension.id === me.id
      return answer({
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
      })
    },
  },
]

export function renderPerson(sim: Simulation, { id, accountId, extensionNumber }: Extension) {
  const uri = `${sim.baseUrl}/restapi/v1.0/account/${accountId}/extension/${id}`
  return { uri, id: digits(id), extensionNumber }
}

export function renderExtension(sim: Simulation, one: Extension) {
  const person = renderPerson(sim, one)
  const numbers = [...sim.world.numbers.values()].filter((number) => number.extensionId === one.id)
  return {
    ...person,
    name: fullName(one),
    type: one.type,
    status: one.status,
    hidden: false,
    contact: {
      firstName: one.firstName,
      lastName: one.lastName,
      company: sim.world.accounts.get(one.accountId)?.name,
      jobTitle: one.jobTitle,
      email: one.email,
      businessPhone: numbers.find((number) => number.primary)?.phoneNumber,
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
