import type { Db, Tx } from '../db/client.ts'
import type { Extension, Feature, PhoneNumber } from '../db/generated/client/client.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import {
  consentChanges,
  detailedPresenceChanges,
  instantSms,
  telephonySessions,
} from '../ringcentral/event-filters.ts'
import { requireFeatures } from '../tenants/features.ts'
import { covers } from './covers.ts'
import { requireScope } from './ringcentral-refusals.ts'

type Needs = {
  /** RingCentral's scopes that the grant must cover. */
  scopes: readonly string[]
  /** What the tenant must have on. */
  features?: readonly Feature[]
  /** What RingCentral must notify us of. */
  filter?: string
  /** A number of its own with this feature of RingCentral's. */
  number?: 'SmsSender' | 'A2PSmsSender'
  /** An administrator of the company. */
  admin?: true
}

const live = 'SubscriptionWebhook'

/**
 * What an extension may be able to do, and what it takes: the one place that knows. Mutations ask
 * `requireAbility`, and `Extension.capabilities` tells the same beforehand.
 */
export const abilities = {
  SEND_SMS: { scopes: ['SMS'], number: 'SmsSender' },
  RECEIVE_SMS: { scopes: ['ReadMessages'], number: 'SmsSender' },
  HIGH_VOLUME_SMS: { scopes: ['A2PSMS'], number: 'A2PSmsSender' },
  LIVE_MESSAGES: { scopes: ['ReadMessages', live], filter: instantSms() },
  SYNC_READ_STATE: { scopes: ['EditMessages'] },
  SYNC_CONSENTS: { scopes: ['SMS', live], filter: consentChanges() },
  SEND_INTERNAL_MESSAGE: { scopes: ['InternalMessages'], features: ['INTERNAL_MESSAGES'] },
  RECEIVE_INTERNAL_MESSAGES: { scopes: ['ReadMessages'], features: ['INTERNAL_MESSAGES'] },
  VOICEMAIL: { scopes: ['ReadMessages'], features: ['VOICEMAIL'] },
  FAX: { scopes: ['ReadMessages'], features: ['FAX'] },
  READ_CALL_LOG: { scopes: ['ReadCallLog'], features: ['CALLS'] },
  READ_COMPANY_CALL_LOG: { scopes: ['ReadCallLog'], features: ['CALLS'], admin: true },
  LIVE_CALLS: { scopes: ['CallControl', live], features: ['CALLS'], filter: telephonySessions() },
  START_CALL: { scopes: ['RingOut'], features: ['CALLS', 'CALL_CONTROL'] },
  CONTROL_CALLS: { scopes: ['CallControl'], features: ['CALLS', 'CALL_CONTROL'] },
  RECORDINGS: { scopes: ['ReadCallRecording'], features: ['RECORDINGS'] },
  READ_PRESENCE: { scopes: ['ReadPresence'], features: ['PRESENCE'] },
  LIVE_PRESENCE: {
    scopes: ['ReadPresence', live],
    features: ['PRESENCE'],
    filter: detailedPresenceChanges(),
  },
  SET_PRESENCE: { scopes: ['EditPresence'], features: ['PRESENCE'] },
  DIRECTORY: { scopes: ['ReadAccounts'], features: ['DIRECTORY'] },
  READ_CONTACTS: { scopes: ['ReadContacts'], features: ['CONTACTS'] },
  WRITE_CONTACTS: { scopes: ['Contacts'], features: ['CONTACTS'] },
  UPDATE_EXTENSION: { scopes: ['EditExtensions'] },
} as const satisfies Record<string, Needs>

export type Ability = keyof typeof abilities

export const allAbilities = Object.keys(abilities) as Ability[]

export const needsOf = (ability: Ability): Needs => abilities[ability]

/** What it takes to text from a number. */
export function textingFrom(number: Pick<PhoneNumber, 'features'>): Ability {
  return isHighVolume(number) ? 'HIGH_VOLUME_SMS' : 'SEND_SMS'
}

/** Whether the grant covers what it takes. */
export function coversAbility(granted: { scopes: readonly string[] }, ability: Ability): boolean {
  return needsOf(ability).scopes.every((scope) => covers(granted, scope))
}

/**
 * What is known to stand in the way, before RingCentral is bothered.
 *
 * @throws FeatureDisabledError, GrantLacksScopeError
 */
export async function requireAbility(
  db: Db | Tx,
  extension: Pick<Extension, 'tenantId' | 'scopes'>,
  ability: Ability,
): Promise<void> {
  const { scopes, features = [] } = needsOf(ability)
  await requireFeatures(db, extension.tenantId, features)
  for (const scope of scopes) requireScope(extension, scope)
}
