import type { CallCenter } from '../calls/call-center.ts'
import type { Extension, PhoneNumber, World } from './world.ts'

export const accountId = '400131426008'
export const avaId = '62264425016'
export const benId = '62264426016'
export const cleoId = '62264427016'

const minute = 60_000
const day = 24 * 60 * minute

/**
 * A small company on the numbers that are kept for fiction (555-01xx), which pass for real with any
 * validator. Two of them are traps: Ben's second is not ready yet, and the main number is everybody's
 * to show and nobody's to text from.
 */
export function populate(world: World, now: number): void {
  world.accounts.set(accountId, {
    id: accountId,
    name: 'Hart & Ortiz Interiors',
    mainNumber: '+12025550100',
  })

  const people: Omit<Extension, 'accountId' | 'type' | 'status' | 'createdAt'>[] = [
    person(avaId, '101', 'Ava', 'Hart', 'Owner', true),
    person(benId, '102', 'Ben', 'Ortiz', 'Project manager', false),
    person(cleoId, '103', 'Cleo', 'Park', 'Customer care', false),
  ]
  for (const one of people) {
    const createdAt = now - 400 * day
    world.extensions.set(one.id, { ...one, accountId, type: 'User', status: 'Enabled', createdAt })
  }

  const direct = ['CallerId', 'SmsSender', 'MmsSender'] as const
  const numbers: Omit<PhoneNumber, 'accountId' | 'type'>[] = [
    {
      ...local('1162820004', '+12025550100'),
      usageType: 'MainCompanyNumber',
      primary: true,
      features: ['CallerId'],
    },
    { ...local('1162820005', '+12025550101', avaId), features: [...direct] },
    { ...local('1162820006', '+12125550102', benId), features: [...direct] },
    {
      ...local('1162820007', '+12125550112', benId),
      status: 'Pending',
      primary: false,
      features: [...direct],
    },
    { ...local('1162820008', '+14155550103', cleoId), features: [...direct] },
    {
      ...local('1162820009', '+18005550199', cleoId),
      paymentType: 'TollFree',
      primary: false,
      label: 'Care line',
      features: ['CallerId', 'SmsSender'],
    },
  ]
  for (const number of numbers) {
    world.numbers.set(number.phoneNumber, { ...number, accountId, type: 'VoiceFax' })
  }
}

function person(
  id: string,
  extensionNumber: string,
  firstName: string,
  lastName: string,
  jobTitle: string,
  admin: boolean,
) {
  const email = `${firstName.toLowerCase()}@example.com`
  return { id, extensionNumber, firstName, lastName, email, jobTitle, admin }
}

function local(id: string, phoneNumber: string, extensionId?: string) {
  return {
    id,
    phoneNumber,
    extensionId,
    usageType: 'DirectNumber',
    paymentType: 'Local',
    status: 'Normal' as const,
    primary: true,
  }
}

/** A day's worth of call log, so that a first look at it is not empty. */
export function placePastCalls(callCenter: CallCenter, now: number): void {
  const ago = (minutes: number) => now - minutes * minute
  const talkMs = 4 * minute
  callCenter.place({ from: '+12025550101', to: '+12125550102', startedAt: ago(380), talkMs })
  callCenter.place({ from: '+12025550101', to: '+13105550177', startedAt: ago(310), talkMs })
  callCenter.place({ from: '+13125550144', to: '+18005550199', startedAt: ago(190), talkMs })
  callCenter.place({ from: '+13105550177', to: '+12025550100', startedAt: ago(125), talkMs })
  callCenter.place({
    from: '+16465550168',
    to: '+12125550102',
    startedAt: ago(55),
    outcome: 'missed',
  })
}
