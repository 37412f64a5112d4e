import { accountOperations } from '../resources/account.ts'
import { callLogOperations } from '../resources/call-log.ts'
import { callLogSyncOperations } from '../resources/call-log-sync.ts'
import { extensionOperations } from '../resources/extensions.ts'
import { messageStoreOperations } from '../resources/message-store.ts'
import { messageSyncOperations } from '../resources/message-sync.ts'
import { phoneNumberOperations } from '../resources/phone-numbers.ts'
import { ringOutOperations } from '../resources/ring-out.ts'
import { smsOperations } from '../resources/sms.ts'
import { subscriptionOperations } from '../resources/subscriptions.ts'
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
]
