import type { Ids } from '../ids.ts'
import type { Random } from '../random.ts'
import { type Extension, fullName, type World } from '../world/world.ts'
import type { Call, CallParty, Direction } from './call.ts'

export const callOutcomes = ['answered', 'missed', 'busy', 'voicemail', 'rejected'] as const
export type CallOutcome = (typeof callOutcomes)[number]

export interface CallPlan {
  from: string
  to: string
  outcome?: CallOutcome
  ringMs?: number
  talkMs?: number
  /** In the past: it goes straight into the call log, without ringing and without events. */
  startedAt?: number
  /** Puts the other side on hold for so long, when a quarter of the talk is over. */
  holdMs?: number
  /** There will be a recording of it. */
  recorded?: boolean
  /** It came through a queue. */
  queueCall?: boolean
  /** Click to call: who clicked. */
  ringOutBy?: string
}

/** One extension's side of a call, and how long it rings and talks. */
export interface CallSide {
  call: Call
  ringMs: number
  talkMs: number
  holdMs?: number
  outcome: CallOutcome
}

const results: Record<CallOutcome, Record<Direction, string>> = {
  answered: { Inbound: 'Accepted', Outbound: 'Call connected' },
  missed: { Inbound: 'Missed', Outbound: 'No Answer' },
  busy: { Inbound: 'Missed', Outbound: 'Busy' },
  voicemail: { Inbound: 'Voicemail', Outbound: 'Call connected' },
  rejected: { Inbound: 'Rejected', Outbound: 'Rejected' },
}

export function isTalk(outcome: CallOutcome): boolean {
  return outcome === 'answered' || outcome === 'voicemail'
}

/** Whoever the number rings; at the company's main number the first administrator picks up. */
export function answering(world: World, phoneNumber: string): Extension | undefined {
  const number = world.numbers.get(phoneNumber)
  if (!number) return undefined
  const owner = world.ownerOf(phoneNumber)
  return owner ?? world.extensionsOf(number.accountId).find((one) => one.admin)
}

interface Needs {
  world: World
  ids: Ids
  random: Random
  times: { ringMs: number; talkMs: number }
}

/** Who sees what of a call. All sides share its session ids; each has a party of its own. */
export function callSides(
  { world, ids, random, times }: Needs,
  plan: CallPlan,
  now: number,
): CallSide[] {
  const { ringMs = times.ringMs, talkMs = times.talkMs, outcome = 'answered' } = plan
  const startedAt = plan.startedAt ?? now
  const session = { sessionId: ids.legacySession(), telephonySessionId: ids.telephonySession() }
  const caller = answering(world, plan.from)
  const callee = answering(world, plan.to)
  const clicker = plan.ringOutBy === undefined ? undefined : world.extensions.get(plan.ringOutBy)

  const internal = caller !== undefined && caller.accountId === callee?.accountId
  const partyOf = (phoneNumber: string, accountId: string): CallParty => {
    const owner = answering(world, phoneNumber)
    if (owner?.accountId !== accountId) return { phoneNumber }
    const party = { phoneNumber, name: fullName(owner), extensionId: owner.id }
    return internal ? { ...party, extensionNumber: owner.extensionNumber } : party
  }

  // One sound, however many of this world hear it.
  const recordingId = plan.recorded && outcome === 'answered' ? ids.numeric() : undefined
  let parties = 0
  const side = (
    extension: Extension,
    direction: Direction,
    legType: string,
    to = plan.to,
  ): Call => {
    parties += 1
    return {
      ...session,
      id: random.token(16),
      accountId: extension.accountId,
      extensionId: extension.id,
      partyId: `p-${session.telephonySessionId.slice(2)}-${parties}`,
      direction,
      from: partyOf(plan.from, extension.accountId),
      to: partyOf(to, extension.accountId),
      startedAt,
      result: results[to === plan.to ? outcome : 'answered'][direction],
      action: clicker ? 'RingOut Web' : direction === 'Inbound' ? 'Phone Call' : 'VoIP Call',
      legType,
      origin: clicker ? 'RingOut' : 'Call',
      state: plan.startedAt === undefined ? 'Setup' : 'Disconnected',
      missed: direction === 'Inbound' && !isTalk(outcome),
      muted: false,
      queueCall: (plan.queueCall ?? false) && direction === 'Inbound',
      ...(recordingId !== undefined && { recordingId }),
      modifiedAt: startedAt,
    }
  }

  const sides: CallSide[] = []
  if (clicker) {
    // It rings the caller first, and the callee once the caller has picked up: two records of one session.
    const waits = ringMs + (isTalk(outcome) ? talkMs : 0)
    const first = side(clicker, 'Outbound', 'RingOutClientToCaller', plan.from)
    const second = side(clicker, 'Outbound', 'RingOutClientToSubscriber')
    sides.push({ call: first, ringMs, talkMs: waits, outcome: 'answered' })
    sides.push({ call: second, ringMs: 2 * ringMs, talkMs, outcome })
  } else if (caller) {
    const hold = callee ? {} : { holdMs: plan.holdMs }
    sides.push({ call: side(caller, 'Outbound', 'PstnToSip'), ringMs, talkMs, outcome, ...hold })
  }
  if (callee) {
    const rings = clicker ? 2 * ringMs : ringMs
    const { holdMs } = plan
    sides.push({ call: side(callee, 'Inbound', 'Accept'), ringMs: rings, talkMs, outcome, holdMs })
  }
  return sides
}
