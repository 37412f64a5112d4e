/**
 * What a subscription listens to. `~` is the account and extension of the token that creates it;
 * RingCentral answers with the resolved ids. A filter that the app or user may not use lands in
 * `disabledFilters` without an error.
 */
import type { MessageType } from './message-record.ts'

const extension = '/restapi/v1.0/account/~/extension/~'

/** Inbound texts, MMS included, each with its whole message. Needs ReadMessages or SMS. */
export function instantSms(): string {
  return `${extension}/message-store/instant?type=SMS`
}

/**
 * The bell for any change of texts in the mailbox: the only push hint of delivery reports. The same
 * for voicemails, faxes and the company's own messages. Needs ReadMessages.
 */
export function mailboxChanges(type: MessageType = 'SMS'): string {
  return `${extension}/message-store?type=${type}`
}

/** Who opts out of the account's texts, and back in. Needs SMS. */
export function consentChanges(): string {
  return '/restapi/v2/accounts/~/sms/consents'
}

/** High-volume texts that come in at any number of the account, each whole. Needs A2PSMS. */
export function highVolumeTexts(): string {
  return '/restapi/v1.0/account/~/a2p-sms/messages?direction=Inbound'
}

/** The bell for what becomes of high-volume batches of the account. Needs A2PSMS. */
export function highVolumeBatches(): string {
  return '/restapi/v1.0/account/~/a2p-sms/batches'
}

/** Who opts out of high-volume texts, and back in. Needs A2PSMS alone, where consents need SMS. */
export function highVolumeOptOuts(): string {
  return '/restapi/v1.0/account/~/a2p-sms/opt-outs'
}

/** Calls of this extension, or, for an admin's token, of the whole account. Needs CallControl. */
export function telephonySessions(scope: 'extension' | 'account' = 'extension'): string {
  return scope === 'account'
    ? '/restapi/v1.0/account/~/telephony/sessions'
    : `${extension}/telephony/sessions`
}

/** Availability of this extension. Needs ReadPresence. */
export function presenceChanges(): string {
  return `${extension}/presence`
}

/** The same with the calls that go on. It takes the place of the plain form when both are asked for. */
export function detailedPresenceChanges(): string {
  return `${extension}/presence?detailedTelephonyState=true`
}

/** Extensions of the account that come, change and go. Needs ReadAccounts. */
export function extensionListChanges(): string {
  return '/restapi/v1.0/account/~/extension'
}

/** Changes of this extension's own settings, phone numbers among them. Needs ReadAccounts. */
export function extensionChanges(): string {
  return extension
}

/**
 * Reminds us, from `thresholdSeconds` before the subscription ends, every `intervalSeconds`.
 * RingCentral wants the threshold to be at most half the subscription's life, the interval at most
 * half the threshold, and another filter beside this one (`SUB-515`).
 */
export function subscriptionReminder(thresholdSeconds: number, intervalSeconds: number): string {
  return `/restapi/v1.0/subscription/~?threshold=${thresholdSeconds}&interval=${intervalSeconds}`
}
