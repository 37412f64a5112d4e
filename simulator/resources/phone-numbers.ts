import { notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange, extensionPath } from '../http/exchange.ts'
import { digits } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'
import { paginate } from '../http/paging.ts'
import type { Simulation } from '../simulation.ts'
import { fullName, type PhoneNumber } from '../world/world.ts'
import { renderPerson } from './extensions.ts'

export const phoneNumberOperations: Operation[] = [
  {
    method: 'GET',
    path: `${extensionPath}/phone-number`,
    group: 'Light',
    scope: 'ReadAccounts',
    handle(x) {
      const { sim, me, extension } = x
      const mayKnow = me.admin || me.id === extension.id
      const found = filtered(sim.world.numbersShownTo(extension), x.query)
      const page = paginate(
        x,
        found,
        // What an extension may do with a number is between the two, and told nowhere else.
        (number) => ({
          ...render(sim, number),
          country: { id: '1', name: 'United States' },
          ...(mayKnow && { features: number.features }),
        }),
        { totals: true },
      )
      return answer(page)
    },
  },
  {
    method: 'GET',
    path: `${accountPath}/phone-number`,
    group: 'Heavy',
    scope: 'ReadAccounts',
    adminPermission: 'ReadCompanyPhoneNumbers',
    handle(x) {
      const all = [...x.sim.world.numbers.values()].filter((one) => one.accountId === x.account.id)
      const page = paginate(x, filtered(all, x.query), (one) => render(x.sim, one), {
        totals: true,
      })
      return answer(page)
    },
  },
  {
    method: 'GET',
    path: `${accountPath}/phone-number/:phoneNumberId`,
    group: 'Light',
    scope: 'ReadAccounts',
    adminPermission: 'ReadCompanyPhoneNumbers',
    handle: readOne,
  },
]

function readOne({ sim, c, account }: Exchange): Response {
  const id = c.req.param('phoneNumberId')
  const number = [...sim.world.numbers.values()].find(
    (one) => one.id === id && one.accountId === account.id,
  )
  if (!number) throw notFound('phoneNumberId')
  return answer(render(sim, number))
}

function filtered(numbers: PhoneNumber[], query: URLSearchParams): PhoneNumber[] {
  const usages = query.getAll('usageType')
  const statuses = query.getAll('status')
  const payments = query.getAll('paymentType')
  return numbers.filter(
    (one) =>
      (usages.length === 0 || usages.includes(one.usageType)) &&
      (statuses.length === 0 || statuses.includes(one.status)) &&
      (payments.length === 0 || payments.includes(one.paymentType)),
  )
}

function render(sim: Simulation, number: PhoneNumber) {
  const owner =
    number.extensionId === undefined ? undefined : sim.world.extensions.get(number.extensionId)
  return {
    uri: `${sim.baseUrl}/restapi/v1.0/account/${number.accountId}/phone-number/${number.id}`,
    id: digits(number.id),
    phoneNumber: number.phoneNumber,
    label: number.label,
    paymentType: number.paymentType,
    type: number.type,
    usageType: number.usageType,
    status: number.status,
    primary: number.primary,
    ...(owner && {
      extension: { ...renderPerson(sim, owner), name: fullName(owner) },
    }),
  }
}
