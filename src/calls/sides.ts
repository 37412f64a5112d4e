import type { CallResult } from '../db/generated/client/client.ts'
import type { HeardParty, LogLine, Way, Who } from './facts.ts'
import { isOver, isSentOn } from './heard.ts'
import { resultOfHeard, resultOfWord } from './result.ts'

/** One who takes part in a call, from whichever of notifications and log lines told of them, or from both. */
export type Side = {
  partyId: string
  direction: Way
  extensionId: string | null
  from: Who
  to: Who
  ringOut: boolean
  callerLeg: boolean
  startedAt: string
  answeredAt: string | null
  endedAt: string | null
  /** `endedAt` is when somebody noticed. */
  endIsGuess: boolean
  /** Its line of the log is there. */
  isLogged: boolean
  /** Left, and the call did not end with it: it was sent on to somebody else. */
  sentOn: boolean
  isOver: boolean
  /** By a person or by a mailbox. */
  isPickedUp: boolean
  isHeld: boolean
  isMuted: boolean
  result: CallResult | null
}

export type Evidence = { heard: Map<string, HeardParty>; lines: LogLine[] }

/** Who takes part, the first ones first. */
export function sidesOf({ heard, lines }: Evidence): Side[] {
  const left = new Map(heard)
  const sides = lines.map((line) => {
    const partyId = partyOf(line, left)
    const known = partyId === undefined ? undefined : left.get(partyId)
    if (partyId !== undefined) left.delete(partyId)
    return sideOfLine(line, partyId ?? line.partyId ?? line.id, known)
  })
  for (const [partyId, party] of left) sides.push(sideOfHeard(partyId, party))
  return sides.sort(
    (a, b) => a.startedAt.localeCompare(b.startedAt) || (a.partyId < b.partyId ? -1 : 1),
  )
}

/** Which of those that notifications told of a line is about. */
function partyOf(line: LogLine, heard: Map<string, HeardParty>): string | undefined {
  if (line.partyId !== null) return heard.has(line.partyId) ? line.partyId : undefined
  for (const [partyId, party] of heard) {
    const same =
      party.extensionId === line.extensionId &&
      party.direction === line.direction &&
      party.callerLeg === line.callerLeg
    if (same) return partyId
  }
  return undefined
}

/** A line is the last word: it is there when its side is over. */
function sideOfLine(line: LogLine, partyId: string, heard: HeardParty | undefined): Side {
  const { direction, extensionId, from, to, ringOut, callerLeg, startedAt } = line
  const result = resultOfWord(line.result)
  const picksUp = result === 'ANSWERED' || result === 'VOICEMAIL'
  return {
    partyId,
    direction,
    extensionId,
    from: withMore(from, heard?.from),
    to: withMore(to, heard?.to),
    ringOut,
    callerLeg,
    startedAt,
    answeredAt: picksUp ? (heard?.answeredAt ?? null) : null,
    endedAt: new Date(Date.parse(startedAt) + line.durationMs).toISOString(),
    endIsGuess: false,
    isLogged: true,
    sentOn: false,
    isOver: true,
    isPickedUp: picksUp,
    isHeld: false,
    isMuted: false,
    result,
  }
}

function sideOfHeard(partyId: string, heard: HeardParty): Side {
  const { direction, extensionId, from, to, ringOut, callerLeg } = heard
  const { startedAt, answeredAt, endedAt } = heard
  const over = isOver(heard.code)
  return {
    partyId,
    direction,
    extensionId,
    from,
    to,
    ringOut,
    callerLeg,
    startedAt,
    answeredAt,
    endedAt,
    endIsGuess: heard.endIsGuess === true,
    isLogged: false,
    sentOn: over && isSentOn(heard.reason),
    isOver: over,
    isPickedUp: answeredAt !== null || heard.voicemailAt !== null || heard.code === 'Answered',
    isHeld: heard.code === 'Hold',
    isMuted: !over && heard.muted,
    result: resultOfHeard(heard),
  }
}

/** Between colleagues the log has extension numbers, where notifications told those that were called. */
function withMore(who: Who, more: Who | undefined): Who {
  const isOutside = (number: string | null | undefined) => number?.startsWith('+') === true
  const keeps = isOutside(who.number) || !isOutside(more?.number)
  return {
    number: (keeps ? who.number : null) ?? more?.number ?? null,
    name: who.name ?? more?.name ?? null,
    extensionId: who.extensionId ?? more?.extensionId ?? null,
  }
}
