import { digits, time } from '../http/json.ts'

export type Direction = 'Inbound' | 'Outbound'

/** Where a party of a call is, in the words of telephony session events. */
export type CallState = 'Setup' | 'Proceeding' | 'Answered' | 'Hold' | 'VoiceMail' | 'Disconnected'

export interface CallParty {
  /** Empty for a colleague without a number of one's own. */
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
  answeredAt?: number
  /** Missing while it goes on. */
  endedAt?: number
  /** RingCentral's words, spaces included: `Call connected`, `Missed`, … */
  result: string
  action: string
  legType: string
  origin: 'Call' | 'RingOut'
  state: CallState
  /** Why it ended, when not by hanging up after a talk. */
  endReason?: 'NoAnswer' | 'TargetBusy' | 'Rejected' | 'Voicemail' | 'Cancelled' | 'BlindTransfer'
  muted: boolean
  /** Came through a queue. */
  queueCall: boolean
  /** Its bytes are made when somebody wants them. */
  recordingId?: string
  /** It rang here, and nobody picked up. */
  missed: boolean
  /** What the caller left. */
  voicemail?: { id: string; uri: string }
  /** Gone from the log, except for those who ask for what was deleted. */
  deleted?: boolean
  modifiedAt: number
}

/** `legs`: the lines of the log that belong to it, itself among them, for the detailed view. */
export function renderCall(
  baseUrl: string,
  call: Call,
  now: number,
  detailed: boolean,
  legs: readonly Call[] = [call],
) {
  const account = `${baseUrl}/restapi/v1.0/account/${call.accountId}`
  const uri = `${account}/extension/${call.extensionId}/call-log/${call.id}`
  const common = renderCommon(account, call, now)
  if (call.deleted) {
    const { startTime, type, direction, action } = common
    return {
      id: call.id,
      uri,
      sessionId: call.sessionId,
      startTime,
      type,
      direction,
      action,
      deleted: true,
    }
  }
  return {
    id: call.id,
    uri,
    sessionId: call.sessionId,
    ...common,
    ...(call.voicemail && { message: { type: 'VoiceMail', ...call.voicemail } }),
    ...(detailed && {
      legs: legs.map((leg) => ({
        ...renderCommon(account, leg, now),
        legType: leg.legType,
        master: leg === call,
      })),
      billing: { costIncluded: 0, costPurchased: 0 },
      lastModifiedTime: time(call.modifiedAt),
    }),
  }
}

function renderCommon(account: string, call: Call, now: number) {
  const durationMs = (call.endedAt ?? now) - call.startedAt
  return {
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
    transport: transportOf(call),
    extension: { id: digits(call.extensionId), uri: `${account}/extension/${call.extensionId}` },
    ...(isRecorded(call) && { recording: renderRecording(account, call.recordingId) }),
  }
}

/** There is a recording of what was said, and it is there once nobody says any more. */
export function isRecorded(call: Call): call is Call & { recordingId: string } {
  const over = call.endedAt !== undefined
  return over && call.recordingId !== undefined && call.answeredAt !== undefined
}

function renderRecording(account: string, id: string) {
  const uri = `${account}/recording/${id}`
  return { id, uri, type: 'Automatic', contentUri: `${uri}/content` }
}

/** Between colleagues there are extension numbers and no phone numbers. */
function renderParty({ phoneNumber, ...party }: CallParty) {
  return party.extensionNumber === undefined ? { phoneNumber, ...party } : party
}

export function transportOf(call: Call): 'PSTN' | 'VoIP' {
  return call.origin === 'RingOut' ? 'PSTN' : 'VoIP'
}
