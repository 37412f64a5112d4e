import { a2pBatchOperations } from '../resources/a2p-batches.ts'
import { a2pMessageOperations } from '../resources/a2p-messages.ts'
import { a2pOptOutOperations } from '../resources/a2p-opt-outs.ts'
import { accountOperations } from '../resources/account.ts'
import { addressBookSyncOperations } from '../resources/address-book-sync.ts'
import { callControlOperations } from '../resources/call-control.ts'
import { callLogOperations } from '../resources/call-log.ts'
import { callLogSyncOperations } from '../resources/call-log-sync.ts'
import { companyPagerOperations } from '../resources/company-pager.ts'
import { consentOperations } from '../resources/consents.ts'
import { contactOperations } from '../resources/contacts.ts'
import { directoryOperations } from '../resources/directory.ts'
import { directorySearchOperations } from '../resources/directory-search.ts'
import { extensionOperations } from '../resources/extensions.ts'
import { featureOperations } from '../resources/features.ts'
import { messageContentOperations } from '../resources/message-content.ts'
import { messageStoreOperations } from '../resources/message-store.ts'
import { messageSyncOperations } from '../resources/message-sync.ts'
import { messageTemplateOperations } from '../resources/message-templates.ts'
import { phoneNumberOperations } from '../resources/phone-numbers.ts'
import { presenceOperations } from '../resources/presence.ts'
import { recordingOperations } from '../resources/recordings.ts'
import { ringOutOperations } from '../resources/ring-out.ts'
import { smsOperations } from '../resources/sms.ts'
import { smsConfigurationOperations } from '../resources/sms-configuration.ts'
import { subscriptionOperations } from '../resources/subscriptions.ts'
import { telephonySessionOperations } from '../resources/telephony-session.ts'
import { userInfoOperations } from '../resources/user-info.ts'
import type { Operation } from './operation.ts'

/** Everything of RingCentral's API that a token is needed for. */
export const operations: Operation[] = [
  ...userInfoOperations,
  ...accountOperations,
  ...extensionOperations,
  ...phoneNumberOperations,
  ...smsOperations,
  ...messageStoreOperations,
  ...messageSyncOperations,
  ...subscriptionOperations,
  ...callLogOperations,
  ...callLogSyncOperations,
  ...ringOutOperations,
  ...callControlOperations,
  ...recordingOperations,
  ...a2pBatchOperations,
  ...a2pMessageOperations,
  ...a2pOptOutOperations,
  ...addressBookSyncOperations,
  ...companyPagerOperations,
  ...consentOperations,
  ...contactOperations,
  ...directoryOperations,
  ...directorySearchOperations,
  ...featureOperations,
  ...messageContentOperations,
  ...messageTemplateOperations,
  ...presenceOperations,
  ...smsConfigurationOperations,
  ...telephonySessionOperations,
]
