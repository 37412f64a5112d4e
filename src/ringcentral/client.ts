/**
 * RingCentral, typed. It keeps no state besides its options: whose token, how often and when to try
 * again are the caller's to decide, with the errors of errors.ts and the groups of rate-limits.ts.
 */
import packageJson from '../../package.json' with { type: 'json' }
import { type AccountApi, createAccountApi } from './account.ts'
import { type AddressBookApi, createAddressBookApi } from './address-book.ts'
import { createCallApi } from './call-api.ts'
import { type CallLogApi, createCallLogApi } from './call-log.ts'
import { type ConsentsApi, createConsentsApi } from './consents.ts'
import { createDirectoryApi, type DirectoryApi } from './directory.ts'
import { createHighVolumeApi, type HighVolumeApi } from './high-volume.ts'
import type { Hooks, Transport } from './http.ts'
import { createMediaApi, type MediaApi } from './media.ts'
import { createMessageTemplatesApi, type MessageTemplatesApi } from './message-templates.ts'
import { createMessagesApi, type MessagesApi } from './messages.ts'
import { createOAuth, type RingCentralOAuth } from './oauth.ts'
import { createPhoneNumbersApi, type PhoneNumbersApi } from './phone-numbers.ts'
import { createPresenceApi, type PresenceApi } from './presence.ts'
import { createRingOutApi, type RingOutApi } from './ring-out.ts'
import { createSubscriptionsApi, type SubscriptionsApi } from './subscriptions.ts'
import { createTelephonyApi, type TelephonyApi } from './telephony.ts'

export type { Account, AccountApi, Extension, ExtensionChange } from './account.ts'
export type {
  AddressBookApi,
  ContactPage,
  ContactSync,
  ListContactsQuery,
  SyncContactsQuery,
} from './address-book.ts'
export type { ActiveCall } from './availability.ts'
export type { CallLog, CallLogApi, CallLogQuery } from './call-log.ts'
export type { CallLogSync, SyncCallLogQuery } from './call-log-sync.ts'
export type { CallLeg, CallRecord } from './call-record.ts'
export type { Contact, ContactFields } from './contact-record.ts'
export type {
  DirectoryApi,
  DirectoryPage,
  ExtensionPage,
  ListExtensionsQuery,
} from './directory.ts'
export type { DirectoryEntry } from './directory-entry.ts'
export * from './errors.ts'
export type { Hooks } from './http.ts'
export type { MediaApi, MediaContent, MediaOptions, MediaSource } from './media.ts'
export type { MessageRecord, MessageType } from './message-record.ts'
export type { RingCentralMessageStatus } from './message-status.ts'
export type { MessageSync, SyncMessagesQuery } from './message-sync.ts'
export type {
  Colleague,
  InternalMessageRequest,
  ListMessagesQuery,
  MessagePage,
  MessagesApi,
  MmsFile,
  SendMmsRequest,
  SendSmsRequest,
  SentMessage,
} from './messages.ts'
export type { RingCentralOAuth } from './oauth.ts'
export { canSendSms, type PhoneNumber, type PhoneNumbersApi } from './phone-numbers.ts'
export type {
  ExtensionPresence,
  PresenceApi,
  PresenceChange,
  PresencePage,
} from './presence.ts'
export {
  defaultLimits,
  type Operation,
  operationGroups,
  type RateLimitGroup,
  type ResponseReport,
} from './rate-limits.ts'
export type { RingOut, RingOutApi, RingOutRequest, RingOutState } from './ring-out.ts'
export type { TelephonyParty } from './session-party.ts'
export type { CreateSubscriptionRequest, Subscription, SubscriptionsApi } from './subscriptions.ts'
export type { CallSession, TelephonyApi, TransferTarget } from './telephony.ts'
export type { TokenSet } from './token-set.ts'

export interface RingCentralOptions extends Hooks {
  /** `https://platform.ringcentral.com`, or where a carrier's accounts or a simulator live. */
  serverUrl: string
  clientId: string
  /** Absent for a public client. */
  clientSecret?: string
  fetch?: typeof globalThis.fetch
  /** `RingQL/<version>` unless told. */
  userAgent?: string
}

export interface RingCentral {
  oauth: RingCentralOAuth
  /** Everything that one access token may do. Its hooks run besides those of the options. */
  api(accessToken: string, hooks?: Hooks): RingCentralApi
}

export interface RingCentralApi {
  account: AccountApi
  phoneNumbers: PhoneNumbersApi
  messages: MessagesApi
  highVolume: HighVolumeApi
  messageTemplates: MessageTemplatesApi
  consents: ConsentsApi
  subscriptions: SubscriptionsApi
  callLog: CallLogApi
  ringOut: RingOutApi
  telephony: TelephonyApi
  presence: PresenceApi
  directory: DirectoryApi
  addressBook: AddressBookApi
  media: MediaApi
}

export function createRingCentral(options: RingCentralOptions): RingCentral {
  const transport: Transport = {
    serverUrl: options.serverUrl.replace(/\/+$/, ''),
    fetch: options.fetch ?? globalThis.fetch,
    userAgent: options.userAgent ?? `RingQL/${packageJson.version}`,
    hooks: [options],
  }
  return {
    oauth: createOAuth(transport, options),
    api(accessToken, hooks = {}) {
      const hooked = { ...transport, hooks: [...transport.hooks, hooks] }
      const call = createCallApi(hooked, accessToken)
      return {
        account: createAccountApi(call),
        phoneNumbers: createPhoneNumbersApi(call),
        messages: createMessagesApi(call),
        highVolume: createHighVolumeApi(call),
        messageTemplates: createMessageTemplatesApi(call),
        consents: createConsentsApi(call),
        subscriptions: createSubscriptionsApi(call),
        callLog: createCallLogApi(call),
        ringOut: createRingOutApi(call),
        telephony: createTelephonyApi(call),
        presence: createPresenceApi(call),
        directory: createDirectoryApi(call),
        addressBook: createAddressBookApi(call),
        media: createMediaApi(hooked, accessToken),
      }
    },
  }
}
