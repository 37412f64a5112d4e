import type { Call } from '../calls/call.ts'
import { digits, time } from '../http/json.ts'
import type { Extension } from '../world/world.ts'
import { type PresenceState, telephonyStatusOf } from './presence.ts'

const mostCalls = 7

export function renderPresence(
  baseUrl: string,
  extension: Extension,
  state: PresenceState,
  detailed: boolean,
) {
  const person = `${baseUrl}/restapi/v1.0/account/${extension.accountId}/extension/${extension.id}`
  const who = {
    uri: `${person}/presence`,
    extension: {
      uri: person,
      id: digits(extension.id),
      extensionNumber: extension.extensionNumber,
    },
  }
  // Queues, menus and the like have no presence to speak of.
  if (extension.type !== 'User') return { ...who, presenceStatus: 'Offline' }
  const { calls, telephonyStatus, presenceStatus, ...settings } = state
  return {
    ...who,
    presenceStatus,
    telephonyStatus,
    meetingStatus: 'Disconnected',
    ...settings,
    ...(detailed && { activeCalls: calls.slice(-mostCalls).map(renderActiveCall) }),
  }
}

/** The body of a presence event, plain or with the calls. */
export function renderPresenceEvent(
  extension: Extension,
  state: PresenceState,
  sequence: number,
  detailed: boolean,
) {
  const { calls, callerIdVisibility, message, acceptCallQueueCalls, ...told } = state
  return {
    extensionId: extension.id,
    sequence,
    ...told,
    meetingStatus: 'Disconnected',
    ...(detailed && {
      activeCalls: calls.slice(-mostCalls).map(renderActiveCall),
      totalActiveCalls: calls.length,
    }),
  }
}

function renderActiveCall(call: Call) {
  return {
    id: call.partyId,
    direction: call.direction,
    queueCall: call.queueCall,
    from: call.from.extensionNumber ?? call.from.phoneNumber,
    ...(call.from.name !== undefined && { fromName: call.from.name }),
    to: call.to.extensionNumber ?? call.to.phoneNumber,
    ...(call.to.name !== undefined && { toName: call.to.name }),
    startTime: time(call.startedAt),
    telephonyStatus: telephonyStatusOf([call]),
    sessionId: call.sessionId,
    telephonySessionId: call.telephonySessionId,
    partyId: call.partyId,
  }
}
