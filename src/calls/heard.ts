import type { TelephonyParty, TelephonySession } from '../ringcentral/notification-bodies.ts'
import type { Party } from '../ringcentral/values.ts'
import { type HeardParty, nobody, type Who } from './facts.ts'

export type HeardNews = { partyId: string; heard: HeardParty }

/** The parties of a session that a notification is about, each as what was heard of it just now. */
export function heardIn(session: TelephonySession, receivedAt: Date): HeardNews[] {
  const at = (session.eventTime ?? receivedAt).toISOString()
  const sequence = session.sequence ?? 0
  const ringOut = session.origin?.type === 'RingOut'
  return session.parties.map((party) => ({
    partyId: party.id,
    heard: heardOf(party, { at, sequence, ringOut }),
  }))
}

export function heardOf(
  party: TelephonyParty,
  { at, sequence, ringOut }: { at: string; sequence: number; ringOut: boolean },
): HeardParty {
  const code = party.status?.code ?? 'Proceeding'
  const [from, to] = [whoIs(party.from), whoIs(party.to)]
  return {
    sequence,
    at,
    code,
    reason: party.status?.reason ?? null,
    direction: party.direction === 'Outbound' ? 'Outbound' : 'Inbound',
    extensionId: party.extensionId ?? null,
    from,
    to,
    ringOut,
    callerLeg:
      party.ringOutRole === 'Initiator' ||
      (ringOut && from.number !== null && from.number === to.number),
    muted: party.muted === true,
    missed: party.missedCall === true,
    startedAt: at,
    answeredAt: code === 'Answered' || code === 'Hold' ? at : null,
    voicemailAt: code.startsWith('VoiceMail') ? at : null,
    endedAt: isOver(code) ? at : null,
  }
}

export function isOver(code: string): boolean {
  return code === 'Disconnected' || code === 'Gone'
}

/** Whoever sent a call on has left it, and it goes on. */
export function isSentOn(reason: string | null): boolean {
  return /transfer/i.test(reason ?? '')
}

/**
 * Two pieces of news about one party as one. It does not matter in which order they come, how they are
 * put together, or how often: the newest by RingCentral's own order says how things stand, and each
 * first time is the earliest that anything told.
 */
export function mergeHeard(one: HeardParty, other: HeardParty): HeardParty {
  const [newer, older] = isNewer(one, other) ? [one, other] : [other, one]
  return {
    ...newer,
    from: known(newer.from) ?? older.from,
    to: known(newer.to) ?? older.to,
    extensionId: newer.extensionId ?? older.extensionId,
    ringOut: one.ringOut || other.ringOut,
    callerLeg: one.callerLeg || other.callerLeg,
    missed: one.missed || other.missed,
    startedAt: earliest(one.startedAt, other.startedAt) ?? one.startedAt,
    answeredAt: earliest(one.answeredAt, other.answeredAt),
    voicemailAt: earliest(one.voicemailAt, other.voicemailAt),
    ...firstEnd(one, other),
  }
}

/** What RingCentral told of the end, before what was guessed. */
function firstEnd(one: HeardParty, other: HeardParty): Pick<HeardParty, 'endedAt' | 'endIsGuess'> {
  const told = [one, other].filter(({ endedAt, endIsGuess }) => endedAt !== null && !endIsGuess)
  const endedAt = (told.length > 0 ? told : [one, other])
    .map((party) => party.endedAt)
    .reduce(earliest, null)
  return { endedAt, endIsGuess: endedAt !== null && told.length === 0 }
}

function isNewer(one: HeardParty, other: HeardParty): boolean {
  // What is over stays over, whatever comes after it.
  const apart =
    Number(isOver(one.code)) - Number(isOver(other.code)) ||
    one.sequence - other.sequence ||
    one.at.localeCompare(other.at) ||
    one.code.localeCompare(other.code)
  return apart > 0
}

function earliest(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}

function known(who: Who): Who | undefined {
  return who.number === null && who.extensionId === null ? undefined : who
}

export function whoIs(party: Party | undefined): Who {
  if (!party) return nobody
  return {
    number: party.phoneNumber ?? party.extensionNumber ?? null,
    name: party.name ?? null,
    extensionId: party.extensionId ?? null,
  }
}
