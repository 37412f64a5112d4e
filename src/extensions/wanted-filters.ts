import type { Extension } from '../db/generated/client/client.ts'
import {
  detailedPresenceChanges,
  extensionChanges,
  extensionListChanges,
  instantSms,
  mailboxChanges,
  telephonySessions,
} from '../ringcentral/event-filters.ts'
import { covers } from './covers.ts'

/** What RingCentral shall notify us of for an extension: as much as its grant covers, and we have a use for. */
export function wantedFilters(extension: Pick<Extension, 'scopes'>): string[] {
  return [
    instantSms(),
    mailboxChanges(),
    mailboxChanges('Pager'),
    mailboxChanges('VoiceMail'),
    mailboxChanges('Fax'),
    extensionChanges(),
    extensionListChanges(),
    ...(covers(extension, 'ReadPresence') ? [detailedPresenceChanges()] : []),
    ...(covers(extension, 'CallControl') ? [telephonySessions()] : []),
  ]
}

export function sameFilters(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((filter) => other.includes(filter))
}
