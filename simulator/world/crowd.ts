import { accountId } from './default-world.ts'
import type { World } from './world.ts'

const firstNames = [
  ...['Amara', 'Bruno', 'Chidi', 'Dana', 'Emil', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas'],
  ...['Kofi', 'Leila', 'Mateo', 'Nadia', 'Omar', 'Priya', 'Quinn', 'Rosa', 'Sven', 'Tara'],
]
const lastNames = [
  ...['Adler', 'Banerjee', 'Costa', 'Dubois', 'Egede', 'Fischer', 'García', 'Haddad', 'Ivanov'],
  ...['Jansen', 'Kim', 'Lindqvist', 'Moreau', 'Nakamura', 'O’Neill', 'Petrov', 'Rossi', 'Silva'],
]
const departments = ['Showroom', 'Workshop', 'Logistics', 'Customer care', 'Purchasing']

const firstId = 62_300_000_016
const firstExtensionNumber = 1001
/** Every tenth has a number; the others are reached by extension. */
const numberEvery = 10

/** More colleagues than anybody knows by name, the same ones every time. */
export function addCrowd(world: World, count: number, now: number): void {
  for (let index = 0; index < count; index++) {
    const id = String(firstId + index * 1000)
    const firstName = firstNames[index % firstNames.length] as string
    const lastName = lastNames[Math.floor(index / firstNames.length) % lastNames.length] as string
    world.extensions.set(id, {
      id,
      accountId,
      extensionNumber: String(firstExtensionNumber + index),
      firstName,
      lastName,
      email: `colleague${index + 1}@example.com`,
      jobTitle: 'Colleague',
      department: departments[index % departments.length] as string,
      admin: false,
      type: 'User',
      status: 'Enabled',
      createdAt: now,
    })
    if (index % numberEvery === 0) giveNumber(world, id, index / numberEvery)
  }
}

/** The hundred numbers of an area that are kept for fiction, then those of the next. */
function giveNumber(world: World, extensionId: string, index: number): void {
  const area = 303 + Math.floor(index / 100)
  const phoneNumber = `+1${area}55501${String(index % 100).padStart(2, '0')}`
  world.numbers.set(phoneNumber, {
    id: String(2_000_000_000 + index),
    accountId,
    phoneNumber,
    extensionId,
    usageType: 'DirectNumber',
    type: 'VoiceFax',
    paymentType: 'Local',
    status: 'Normal',
    primary: true,
    features: ['CallerId', 'SmsSender', 'MmsSender'],
  })
}
