import { time } from '../http/json.ts'
import type { Call, CallParty } from './call.ts'

export type SessionEvent = ReturnType<typeof renderSession>

/** What telephony session events say: the session, and the one party that changed. */
export function renderSession(call: Call, sequence: number, now: number) {
  return {
    sequence,
    sessionId: call.sessionId,
    telephonySessionId: call.telephonySessionId,
    serverId: '10.62.192.12.TAM',
    eventTime: time(now),
    origin: { type: call.origin },
    parties: [renderParty(call)],
  }
}

export function renderParty(call: Call) {
  return {
    accountId: call.accountId,
    extensionId: call.extensionId,
    id: call.partyId,
    direction: call.direction,
    from: shorten(call.from),
    to: shorten(call.to),
    status: {
      code: call.state,
      ...(call.endReason !== undefined && { reason: call.endReason }),
      rcc: false,
    },
    missedCall: call.state === 'Disconnected' && call.missed,
    queueCall: call.queueCall,
    // Whoever holds hears nobody.
    standAlone: call.state === 'Hold',
    muted: call.muted,
    ...(isBeingRecorded(call) && { recordings: [{ id: call.recordingId, active: true }] }),
  }
}

function isBeingRecorded({ recordingId, state }: Call): boolean {
  return recordingId !== undefined && (state === 'Answered' || state === 'Hold')
}

function shorten({ phoneNumber, name, extensionId }: CallParty) {
  return { phoneNumber: phoneNumber || undefined, name, extensionId }
}
