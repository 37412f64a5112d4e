import type { Call, CallResult, CallStatus } from '../db/generated/client/client.ts'
import { nobody } from './facts.ts'
import { type Leg, legsOf } from './legs.ts'
import { type Evidence, type Side, sidesOf } from './sides.ts'

/** What is stored of one who takes part, and read by GraphQL. Times are ISO strings. */
export type Participant = {
  id: string
  direction: 'INBOUND' | 'OUTBOUND'
  status: CallStatus
  result: CallResult | null
  isMuted: boolean
  extensionId: string | null
  number: string | null
  name: string | null
  startedAt: string
  answeredAt: string | null
  endedAt: string | null
}
export type Recording = { id: string; type: string | null; durationSeconds: number }

export type Derived = Pick<
  Call,
  | 'rcCallId'
  | 'status'
  | 'direction'
  | 'type'
  | 'action'
  | 'result'
  | 'rcResult'
  | 'isMissed'
  | 'isRecorded'
  | 'durationSeconds'
  | 'startedAt'
  | 'answeredAt'
  | 'endedAt'
  | 'fromNumber'
  | 'fromName'
  | 'fromExtensionId'
  | 'toNumber'
  | 'toName'
  | 'toExtensionId'
> & { parties: Participant[]; legs: Leg[]; recordings: Recording[] }

/**
 * A call, out of all that was heard of it: a function of the set, so it comes out the same whatever
 * came first, twice, or not at all while something else tells the same. Lines of the log are the last
 * word on what they are about. Undefined while nothing was heard.
 */
export function deriveCall(evidence: Evidence): Derived | undefined {
  const sides = sidesOf(evidence)
  const outbound = sides.some((side) => side.direction === 'Outbound')
  const seen = sides.filter((side) => side.direction === (outbound ? 'Outbound' : 'Inbound'))
  // In a click to call, the phone of who clicked rings first, as a side of its own.
  const main = seen.find((side) => !side.callerLeg) ?? seen[0]
  if (!main) return undefined
  const lines = evidence.lines.toSorted((a, b) =>
    a.startedAt === b.startedAt ? (a.id < b.id ? -1 : 1) : a.startedAt < b.startedAt ? -1 : 1,
  )
  const mainLine =
    lines.find((line) => (line.direction === 'Outbound') === outbound && !line.callerLeg) ??
    lines[0]

  const status = statusOf(sides)
  const startedAt = new Date(Math.min(...sides.map((side) => Date.parse(side.startedAt))))
  const ends = sides.flatMap((side) => (side.endedAt ? [Date.parse(side.endedAt)] : []))
  // As long as nobody tells when somebody left, neither is known how long it took.
  const isTold = !sides.some((side) => side.endIsGuess)
  // The phone of who clicked rings by itself: whom it calls, only other sides tell.
  const to = main.callerLeg
    ? (sides.find(({ direction }) => direction === 'Inbound')?.to ?? nobody)
    : main.to
  const endedAt = status === 'ENDED' && ends.length > 0 ? new Date(Math.max(...ends)) : null
  const result = status === 'ENDED' ? resultOf(sides, main) : voicemailOf(sides)
  const answered = sides.flatMap((side) =>
    side.answeredAt && !side.callerLeg ? [Date.parse(side.answeredAt)] : [],
  )
  const recordings = recordingsOf(lines)
  return {
    rcCallId: mainLine?.id ?? null,
    status,
    direction: outbound ? 'OUTBOUND' : 'INBOUND',
    type: mainLine?.type ?? 'Voice',
    action: mainLine?.action ?? null,
    result,
    rcResult:
      lines.find((line) => line.partyId === main.partyId)?.result ?? mainLine?.result ?? null,
    isMissed: isMissed(sides),
    isRecorded: recordings.length > 0,
    durationSeconds:
      endedAt && isTold ? Math.floor((endedAt.getTime() - startedAt.getTime()) / 1000) : null,
    startedAt,
    answeredAt: answered.length > 0 ? new Date(Math.min(...answered)) : null,
    endedAt,
    fromNumber: main.from.number,
    fromName: main.from.name,
    fromExtensionId: main.from.extensionId,
    toNumber: to.number,
    toName: to.name,
    toExtensionId: to.extensionId,
    parties: sides.map(participantOf),
    legs: legsOf(lines),
    recordings,
  }
}

/** Only forward: to be over needs everybody to be over, and what was picked up rings no more. */
function statusOf(sides: Side[]): CallStatus {
  const over =
    sides.every((side) => side.isOver) && sides.some((side) => side.isOver && !side.sentOn)
  if (over) return 'ENDED'
  const live = sides.filter((side) => !side.isOver)
  if (live.some((side) => side.isHeld)) return 'ON_HOLD'
  const pickedUp = sides.some((side) => !side.callerLeg && side.isPickedUp)
  return pickedUp ? 'ANSWERED' : 'RINGING'
}

function resultOf(sides: Side[], main: Side): CallResult | null {
  // A click to call that nobody but the clicker ever picked up, unless the log says otherwise.
  if (main.callerLeg && !main.isLogged) {
    return main.result === 'ANSWERED' ? 'CANCELED' : main.result
  }
  if (main.direction === 'Outbound') return main.result
  const results = sides.map((side) => side.result)
  const best = (['ANSWERED', 'VOICEMAIL'] as const).find((result) => results.includes(result))
  return best ?? main.result
}

const voicemailOf = (sides: Side[]): CallResult | null =>
  sides.some((side) => side.result === 'VOICEMAIL') ? 'VOICEMAIL' : null

/** Who called is to be called back, whether they left a word or gave up. A call that was declined is not: somebody decided so. */
function isMissed(sides: Side[]): boolean {
  const results = sides.flatMap((side) => (side.direction === 'Inbound' ? [side.result] : []))
  const nobodySpoke = results.some(
    (result) => result === 'MISSED' || result === 'VOICEMAIL' || result === 'CANCELED',
  )
  return nobodySpoke && !results.includes('ANSWERED')
}

function participantOf(side: Side): Participant {
  const own = side.direction === 'Outbound' && !side.callerLeg ? side.from : side.to
  return {
    id: side.partyId,
    direction: side.direction === 'Outbound' ? 'OUTBOUND' : 'INBOUND',
    status: statusOf([{ ...side, callerLeg: false, sentOn: false }]),
    result: side.result,
    isMuted: side.isMuted,
    extensionId: side.extensionId,
    number: own.number,
    name: own.name,
    startedAt: side.startedAt,
    answeredAt: side.answeredAt,
    endedAt: side.endedAt,
  }
}

/** One sound is in the line of everybody who heard it. */
function recordingsOf(lines: Evidence['lines']): Recording[] {
  const found = new Map<string, Recording>()
  for (const { recording, durationMs } of lines) {
    if (!recording) continue
    const durationSeconds = Math.floor(durationMs / 1000)
    const known = found.get(recording.id)
    if (!known || known.durationSeconds < durationSeconds) {
      found.set(recording.id, { ...recording, durationSeconds })
    }
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
