import type { Extension, Feature } from '../db/generated/client/client.ts'
import {
  consentChanges,
  detailedPresenceChanges,
  extensionChanges,
  extensionListChanges,
  instantSms,
  mailboxChanges,
  telephonySessions,
} from '../ringcentral/event-filters.ts'
import { covers } from './covers.ts'

/** What RingCentral shall notify us of for an extension: as much as its grant covers and its tenant has on. */
export function wantedFilters(
  extension: Pick<Extension, 'scopes'>,
  features: ReadonlySet<Feature>,
): string[] {
  const may = (scope: string, feature: Feature) => covers(extension, scope) && features.has(feature)
  return [
    instantSms(),
    mailboxChanges(),
    ...(features.has('INTERNAL_MESSAGES') ? [mailboxChanges('Pager')] : []),
    ...(features.has('VOICEMAIL') ? [mailboxChanges('VoiceMail')] : []),
    ...(features.has('FAX') ? [mailboxChanges('Fax')] : []),
    ...(covers(extension, 'SMS') ? [consentChanges()] : []),
    extensionChanges(),
    ...(features.has('DIRECTORY') ? [extensionListChanges()] : []),
    ...(may('ReadPresence', 'PRESENCE') ? [detailedPresenceChanges()] : []),
    ...(may('CallControl', 'CALLS') ? [telephonySessions()] : []),
  ]
}

export function sameFilters(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((filter) => other.includes(filter))
}

/** Whether a filter that RingCentral names is this one of ours: it puts ids where we say `~`. */
export function isFilter(told: string, ours: string): boolean {
  return told.replace(/\/(accounts?|extension)\/\d+/g, '/$1/~') === ours
}
