import type { LogLeg, LogLine, Who } from './facts.ts'

/** What is stored of a leg, and read by GraphQL. */
export type Leg = {
  legType: string | null
  direction: 'INBOUND' | 'OUTBOUND'
  extensionId: string | null
  from: Who
  to: Who
  startedAt: string
  durationSeconds: number
  rcResult: string | null
}

/** All legs of a call, each once: the line of everybody who took part has all of them. */
export function legsOf(lines: LogLine[]): Leg[] {
  const legs = lines.flatMap((line): LogLeg[] =>
    line.legs.length > 0 ? line.legs : [{ ...line, legType: null, partyId: undefined }],
  )
  return [...new Map(legs.toReversed().map((leg) => [identityOf(leg), leg])).values()]
    .reverse()
    .map((leg) => ({
      legType: leg.legType,
      direction: leg.direction === 'Outbound' ? 'OUTBOUND' : 'INBOUND',
      extensionId: leg.extensionId,
      from: leg.from,
      to: leg.to,
      startedAt: leg.startedAt,
      durationSeconds: Math.floor(leg.durationMs / 1000),
      rcResult: leg.result,
    }))
}

/** RingCentral gives a leg no id: it is who takes part in it, and all that it tells of it. */
function identityOf({ legType, partyId, direction, extensionId, ...leg }: LogLeg): string {
  const { from, to, startedAt, durationMs, result } = leg
  const who = [from.number, from.extensionId, to.number, to.extensionId]
  const what = [legType, direction, ...who, startedAt, durationMs, result]
  return JSON.stringify([partyId ?? extensionId, ...what])
}
