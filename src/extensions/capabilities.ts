import type {
  Extension,
  Feature,
  PhoneNumber,
  WebhookSubscription,
} from '../db/generated/client/client.ts'
import type { Subscription } from '../ringcentral/subscriptions.ts'
import { FeatureDisabledError } from '../tenants/errors.ts'
import { type Ability, allAbilities, needsOf } from './abilities.ts'
import { covers } from './covers.ts'
import { GrantLacksScopeError } from './ringcentral-refusals.ts'
import { isFilter } from './wanted-filters.ts'

export type DisabledFilter = Pick<Subscription['disabledFilters'][number], 'filter'> & {
  reason?: string
  message?: string
}

/** Whether an extension can do something, and what is missing. */
export type Capability = {
  ability: Ability
  works: boolean
  missingScope: string | null
  disabledFeature: Feature | null
  disabledFilter: DisabledFilter | null
  /** The first thing to do something about, for a person. */
  reason: string | null
}

/** All that it depends on. */
export type Circumstances = {
  extension: Pick<Extension, 'status' | 'scopes' | 'isAdmin' | 'numbersDiscoveredAt'>
  features: ReadonlySet<Feature>
  numbers: readonly Pick<PhoneNumber, 'features'>[]
  /** The one that works; null while there is none. */
  webhook: Pick<WebhookSubscription, 'eventFilters' | 'disabledFilters'> | null
}

export function capabilitiesOf(circumstances: Circumstances): Capability[] {
  return allAbilities.map((ability) => capability(ability, circumstances))
}

function capability(ability: Ability, circumstances: Circumstances): Capability {
  const { extension, features, webhook } = circumstances
  const nothing = { missingScope: null, disabledFeature: null, disabledFilter: null }
  if (extension.status === 'REVOKED') {
    const reason =
      'The grant has ended. Its user connects again with a link from `createInviteToken`.'
    return { ability, works: false, ...nothing, reason }
  }
  const needs = needsOf(ability)
  const missing = {
    missingScope: needs.scopes.find((scope) => !covers(extension, scope)) ?? null,
    disabledFeature: needs.features?.find((feature) => !features.has(feature)) ?? null,
    disabledFilter: switchedOff(webhook, needs.filter),
  }
  const reason =
    (missing.disabledFeature && new FeatureDisabledError(missing.disabledFeature).message) ||
    (missing.missingScope && new GrantLacksScopeError(missing.missingScope).message) ||
    (missing.disabledFilter && whyFilter(missing.disabledFilter)) ||
    whatElse(needs, circumstances)
  return { ability, works: reason === null, ...missing, reason }
}

function switchedOff(webhook: Circumstances['webhook'], filter: string | undefined) {
  if (!webhook || filter === undefined) return null
  const told = webhook.disabledFilters as DisabledFilter[]
  return told.find((one) => isFilter(one.filter, filter)) ?? null
}

function whyFilter({ message, reason }: DisabledFilter): string {
  const why = message ?? reason ?? 'it gives no reason'
  return `RingCentral does not notify us of it: ${why}. Until it does, this arrives minutes late or not at all.`
}

function whatElse(
  { admin, number, filter }: ReturnType<typeof needsOf>,
  { extension, numbers, webhook }: Circumstances,
): string | null {
  if (admin && !extension.isAdmin) {
    return 'Only an administrator of the company may read everybody’s: connect one as well.'
  }
  if (number && !numbers.some(({ features }) => features.includes(number))) {
    return extension.numbersDiscoveredAt === null
      ? 'Its numbers have not been read yet: look again in a moment.'
      : `It has no number that can text. Give it one at RingCentral, with the feature ${number}; then \`discoverPhoneNumbers\`.`
  }
  if (filter !== undefined && !webhook?.eventFilters.includes(filter)) {
    return 'RingCentral is being asked to notify us: look again in a moment.'
  }
  return null
}
