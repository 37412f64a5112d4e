/** What a presence says of somebody, whether read or told by a notification. */
import { z } from 'zod'
import { id, listOf, maybe, time } from './values.ts'

const activeCall = z.object({
  id: maybe(id),
  direction: maybe(z.string()),
  queueCall: maybe(z.boolean()),
  /** A number in E.164, or a colleague's short one. */
  from: maybe(z.string()),
  fromName: maybe(z.string()),
  to: maybe(z.string()),
  toName: maybe(z.string()),
  startTime: maybe(time),
  /** `Ringing`, `CallConnected`, `OnHold`, `ParkedCall`, `NoCall`. */
  telephonyStatus: maybe(z.string()),
  sessionId: maybe(id),
  telephonySessionId: maybe(z.string()),
  partyId: maybe(id),
  /** `final`, or `intermediate` when the call goes on elsewhere. */
  terminationType: maybe(z.string()),
  /** Whose call it is, when somebody else makes it. */
  onBehalfOf: maybe(id),
})

export const availability = {
  /** `Available`, `Busy`, `Offline`: what colleagues see, of wishes and calls together. */
  presenceStatus: maybe(z.string()),
  /** The same words, as the person set it. */
  userStatus: maybe(z.string()),
  /** `NoCall`, `Ringing`, `CallConnected`, `OnHold`, `ParkedCall`. */
  telephonyStatus: maybe(z.string()),
  /** `Connected`, `Disconnected`. */
  meetingStatus: maybe(z.string()),
  /** `TakeAllCalls`, `DoNotAcceptAnyCalls`, `DoNotAcceptDepartmentCalls`, ... */
  dndStatus: maybe(z.string()),
  acceptCallQueueCalls: maybe(z.boolean()),
  allowSeeMyPresence: maybe(z.boolean()),
  ringOnMonitoredCall: maybe(z.boolean()),
  pickUpCallsOnHold: maybe(z.boolean()),
  /** The latest 7. */
  activeCalls: listOf(activeCall),
}

export type ActiveCall = z.output<typeof activeCall>
