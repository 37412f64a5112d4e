/** What RingCentral said about a call, in the shape in which we keep it: times are ISO strings, since it is JSON. */

/** One end of a call. */
export type Who = { number: string | null; name: string | null; extensionId: string | null }

export const nobody: Who = { number: null, name: null, extensionId: null }

export type Way = 'Inbound' | 'Outbound'

/** Everything that notifications told of one party. */
export type HeardParty = {
  /** RingCentral's order within the session, of the newest news; of equal ones the later `at` counts. */
  sequence: number
  at: string
  /** `Setup`, `Answered`, `Hold`, `Disconnected`, … of the newest news. */
  code: string
  reason: string | null
  direction: Way
  extensionId: string | null
  from: Who
  to: Who
  /** Part of a click to call; `callerLeg` is the phone of who clicked, which rings first. */
  ringOut: boolean
  callerLeg: boolean
  muted: boolean
  /** Rang here, and nobody picked up. */
  missed: boolean
  startedAt: string
  answeredAt: string | null
  voicemailAt: string | null
  endedAt: string | null
  /** Nobody told when it ended: `endedAt` is when somebody noticed. */
  endIsGuess?: boolean
}

export type LogLeg = {
  legType: string | null
  /** RingCentral's id of the party; missing where it tells none. */
  partyId?: string
  direction: Way
  extensionId: string | null
  from: Who
  to: Who
  startedAt: string
  durationMs: number
  result: string | null
}

/** One line of the call log. */
export type LogLine = Omit<LogLeg, 'legType' | 'partyId'> & {
  id: string
  telephonySessionId: string | null
  partyId: string | null
  type: string | null
  action: string | null
  ringOut: boolean
  callerLeg: boolean
  recording: { id: string; type: string | null } | null
  legs: LogLeg[]
}
