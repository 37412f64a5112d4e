import type { Extension, Feature, PhoneNumber } from '../db/generated/client/client.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import {
  consentChanges,
  detailedPresenceChanges,
  extensionChanges,
  extensionListChanges,
  highVolumeBatches,
  highVolumeOptOuts,
  highVolumeTexts,
  instantSms,
  mailboxChanges,
  telephonySessions,
} from '../ringcentral/event-filters.ts'
import { covers } from './covers.ts'

/** What RingCentral shall notify us of for an extension: as much as its grant covers and its tenant has on. */
export function wantedFilters(
  extension: Pick<Extension, 'scopes'> & { phoneNumbers: Pick<PhoneNumber, 'features'>[] },
  features: ReadonlySet<Feature>,
): string[] {
  const may = (scope: string, feature: Feature) => covers(extension, scope) && features.has(feature)
  // They tell of the whole account: not to everybody in it.
  const highVolume = covers(extension, 'A2PSMS') && extension.phoneNumbers.some(isHighVolume)
  return [
    instantSms(),
    mailboxChanges(),
    ...(features.has('INTERNAL_MESSAGES') ? [mailboxChanges('Pager')] : []),
    ...(features.has('VOICEMAIL') ? [mailboxChanges('VoiceMail')] : []),
    ...(features.has('FAX') ? [mailboxChanges('Fax')] : []),
    ...(covers(extension, 'SMS') ? [consentChanges()] : []),
    ...(highVolume ? [highVolumeTexts(), highVolumeBatches()] : []),
    ...(highVolume && !covers(extension, 'SMS') ? [highVolumeOptOuts()] : []),
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
