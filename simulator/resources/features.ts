import { answer, type Exchange, extensionPath } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { readFlag } from '../http/query.ts'
import { canText } from '../world/world.ts'

export const featureOperations: Operation[] = [
  {
    method: 'GET',
    path: `${extensionPath}/features`,
    group: 'Medium',
    scope: 'ReadAccounts',
    handle: list,
  },
]

const unassigned = { code: 'ExtensionLimitation', message: 'No phone number is assigned' }
const notOrdered = { code: 'AccountLimitation', message: 'The account has not ordered it' }

/** What the extension can do, which follows from its numbers. The recommended way to ask. */
function list(x: Exchange): Response {
  const asked = x.query.getAll('featureId').filter(Boolean)
  const availableOnly = readFlag(x.query, 'availableOnly', false)
  const records = featuresOf(x)
    .filter(({ id }) => asked.length === 0 || asked.includes(id))
    .filter(({ available }) => available || !availableOnly)
  return answer({ records })
}

function featuresOf({ sim, extension }: Exchange) {
  const own = sim.world
    .numbersShownTo(extension)
    .filter((number) => number.extensionId === extension.id)
  const texting = own.filter(canText)
  const feature = (id: string, available: boolean, reason = unassigned) => ({
    id,
    available,
    ...(!available && { reason }),
  })
  const has = (name: (typeof own)[number]['features'][number]) =>
    own.some((number) => number.status === 'Normal' && number.features.includes(name))
  return [
    feature('SMSSending', texting.length > 0),
    feature('SMSReceiving', texting.length > 0),
    feature('MMSSending', has('MmsSender')),
    feature('MMSReceiving', has('MmsSender')),
    feature('InternationalSMSSending', has('InternationalSmsSender'), notOrdered),
    feature('HighVolumeSMS', has('A2PSmsSender'), notOrdered),
    feature('InternalMessagesSending', true),
    feature('RingOut', true),
    feature('UserPresence', true),
    feature('CallLog', true),
    feature('PersonalContacts', true),
  ]
}
