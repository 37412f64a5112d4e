import type { Feature, MessageType } from '../db/generated/client/client.ts'
import type { MessageRecord, MessageType as RcType } from '../ringcentral/message-record.ts'

const rcTypes = {
  SMS: 'SMS',
  INTERNAL: 'Pager',
  VOICEMAIL: 'VoiceMail',
  FAX: 'Fax',
} as const satisfies Record<MessageType, RcType>

/** What a tenant must have on to get them. Texts always come. */
const featureOf: Partial<Record<MessageType, Feature>> = {
  INTERNAL: 'INTERNAL_MESSAGES',
  VOICEMAIL: 'VOICEMAIL',
  FAX: 'FAX',
}

/** What a mailbox is asked for: everything that we have a word for and its tenant has on. */
export function wantedRcTypes(features: ReadonlySet<Feature>): RcType[] {
  return (Object.keys(rcTypes) as MessageType[])
    .filter((type) => featureOf[type] === undefined || features.has(featureOf[type]))
    .map(rcTypeOf)
}

/** RingCentral's word for a type of ours. */
export function rcTypeOf(type: MessageType): RcType {
  return rcTypes[type]
}

/** What a record is. Undefined for what RingCentral may invent one day; instant notifications are texts, said or not. */
export function typeOf({ type = 'SMS' }: Pick<MessageRecord, 'type'>): MessageType | undefined {
  return (Object.keys(rcTypes) as MessageType[]).find((known) => rcTypes[known] === type)
}
