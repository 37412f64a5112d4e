import { digits, time } from '../http/json.ts'
import type { Extension } from '../world/world.ts'

export type Direction = 'Inbound' | 'Outbound'

export interface CallParty {
  phoneNumber: string
  name?: string
  extensionId?: string
  extensionNumber?: string
}

/** One extension's view of one call: what becomes a line of its call log. */
export interface Call {
  id: string
  accountId: string
  extensionId: string
  sessionId: string
  telephonySessionId: string
  partyId: string
  direction: Direction
  from: CallParty
  to: CallParty
  startedAt: number
  /** Missing while it goes on. */
  endedAt?: number
  /** RingCentral's words, spaces included: `Call connected`, `Missed`, … */
  result: string
  action: string
  legType: string
  origin: 'Call' | 'RingOut'
  modifiedAt: number
}

export function renderCall(baseUrl: string, call: Call, now: number, detailed: boolean) {
  const account = `${baseUrl}/restapi/v1.0/account/${call.accountId}`
  const durationMs = (call.endedAt ?? now) - call.startedAt
  const common = {
    telephonySessionId: call.telephonySessionId,
    partyId: call.partyId,
    startTime: time(call.startedAt),
    duration: Math.floor(durationMs / 1000),
    durationMs,
    type: 'Voice',
    internalType: call.origin === 'RingOut' ? 'RingOut' : 'Local',
    direction: call.direction,
    action: call.action,
    result: call.endedAt === undefined ? 'In Progress' : call.result,
    from: renderParty(call.from),
    to: renderParty(call.to),
    transport: call.origin === 'RingOut' ? 'PSTN' : 'VoIP',
    extension: { id: digits(call.extensionId), uri: `${account}/extension/${call.extensionId}` },
  }
  return {
    id: call.id,
    uri: `${account}/extension/${call.extensionId}/call-log/${call.id}`,
    sessionId: call.sessionId,
    ...common,
    ...(detailed && {
      legs: [{ ...common, legType: call.legType, master: true }],
      billing: { costIncluded: 0, costPurchased: 0 },
      lastModifiedTime: time(call.modifiedAt),
    }),
  }
}

/** Between colleagues there are extension numbers and no phone numbers. */
function renderParty({ phoneNumber, ...party }: CallParty) {
  return party.extensionNumber === undefined ? { phoneNumber, ...party } : party
}

interface PartyState {
  code: string
  reason?: string
  missed?: boolean
}

export type SessionEvent = ReturnType<typeof renderSession>

/** What telephony session events say about one party of a call. */
export function renderSession(
  call: Call,
  extension: Extension,
  sequence: number,
  now: number,
  { code, reason, missed = false }: PartyState,
) {
  const { phoneNumber, name, extensionId } = call.from
  return {
    sequence,
    sessionId: call.sessionId,
    telephonySessionId: call.telephonySessionId,
    serverId: '10.62.192.12.TAM',
    eventTime: time(now),
    origin: { type: call.origin },
    parties: [
      {
        accountId: extension.accountId,
        extensionId: extension.id,
        id: call.partyId,
        direction: call.direction,
        from: { phoneNumber, name, extensionId },
        to: {
          phoneNumber: call.to.phoneNumber,
          name: call.to.name,
          extensionId: call.to.extensionId,
        },
        status: { code, reason, rcc: false },
        missedCall: missed,
        standAlone: false,
        muted: false,
      },
    ],
  }
}
