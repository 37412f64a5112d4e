import type { Call, Prisma } from '../db/generated/client/client.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder } from '../graphql/builder.ts'
import type { Only } from '../graphql/context.ts'
import { namesOf } from '../graphql/narrowing.ts'
import { CallDirection, CallResult, CallStatus } from './enums.ts'
import { isCallWithin, whereCallWithin } from './within.ts'

const numberDescription =
  'From or to this number, in E.164: `+12025550142`. Of colleagues the extension number as well: `101` finds what went over any of its numbers, since RingCentral’s log has calls between colleagues by extension numbers.'
const missedDescription =
  'Only those that were missed, with a voicemail or without: see `Call.isMissed`; `false`: only the others.'

export const CallFilter = builder.inputType('CallFilter', {
  description: 'Which calls. Everything given must hold; nothing given means all.',
  fields: (t) => ({
    callId: t.id({ description: 'This one, `call_…`.' }),
    extensionId: t.id({
      description: `In which this extension takes part, ${extensionIdDescription}.`,
    }),
    direction: t.field({ type: CallDirection, description: 'Came in, or went out.' }),
    status: t.field({ type: [CallStatus], description: 'In one of these statuses.' }),
    result: t.field({ type: [CallResult], description: 'With one of these results.' }),
    number: t.string({ description: numberDescription }),
    missed: t.boolean({ description: missedDescription }),
  }),
})

export const CallLogFilter = builder.inputType('CallLogFilter', {
  description: 'Which calls of the log. Everything given must hold.',
  fields: (t) => ({
    extensionId: t.id({
      description: `In which this extension took part, ${extensionIdDescription}; left out: of the whole account, as far as the grants allow.`,
    }),
    direction: t.field({ type: CallDirection, description: 'Came in, or went out.' }),
    result: t.field({ type: [CallResult], description: 'Ended in one of these ways.' }),
    type: t.string({ description: 'RingCentral’s `type`: `Voice` or `Fax`.' }),
    number: t.string({ description: numberDescription }),
    startedFrom: t.field({ type: 'DateTime', description: 'Started at this moment or later.' }),
    startedBefore: t.field({ type: 'DateTime', description: 'Started before this moment.' }),
    minDurationSeconds: t.int({ description: 'Lasted at least so many seconds.' }),
    missed: t.boolean({ description: missedDescription }),
    recorded: t.boolean({
      description: 'Only those with a recording; `false`: only the others.',
    }),
  }),
})

export type CallFilterInput = typeof CallFilter.$inferInput
export type CallLogFilterInput = typeof CallLogFilter.$inferInput

/** A filter that was read: `extensionId` is the id of our row, and a number has all that stand for it. */
export type Read<Filter extends CallFilterInput | CallLogFilterInput> = Omit<Filter, 'number'> & {
  numbers?: string[] | undefined
  /** What the viewer is limited to. */
  only?: Only | undefined
}
export type WantedCalls = Read<CallFilterInput>
export type WantedLog = Read<CallLogFilterInput>

/** The log is what is over: what goes on is in `activeCalls`. */
export function whereLogged(tenantId: string, filter: WantedLog) {
  const { startedFrom, startedBefore, minDurationSeconds, type, recorded, ...rest } = filter
  const conditions: Prisma.CallWhereInput[] = [whereCall(tenantId, rest), { status: 'ENDED' }]
  if (type) conditions.push({ type: asRingCentralWrites(type) })
  if (startedFrom) conditions.push({ startedAt: { gte: startedFrom } })
  if (startedBefore) conditions.push({ startedAt: { lt: startedBefore } })
  if (minDurationSeconds != null) conditions.push({ durationSeconds: { gte: minDurationSeconds } })
  if (recorded != null) conditions.push({ isRecorded: recorded })
  return { AND: conditions } satisfies Prisma.CallWhereInput
}

/** However it is written: compared without case, no index would find it. */
function asRingCentralWrites(type: string): string {
  return `${type.slice(0, 1).toUpperCase()}${type.slice(1).toLowerCase()}`
}

export function whereCall(tenantId: string, filter: WantedCalls) {
  const { callId, extensionId, direction, status, result, numbers, missed, only } = filter
  const conditions: Prisma.CallWhereInput[] = [{ tenantId }]
  if (callId) conditions.push({ id: callId })
  if (extensionId) conditions.push({ extensionRowIds: { has: extensionId } })
  if (direction) conditions.push({ direction })
  if (status) conditions.push({ status: { in: status } })
  if (result) conditions.push({ result: { in: result } })
  if (numbers) {
    conditions.push({ OR: [{ fromNumber: { in: numbers } }, { toNumber: { in: numbers } }] })
  }
  if (missed != null) conditions.push({ isMissed: missed })
  if (only) conditions.push(whereCallWithin(only))
  return { AND: conditions } satisfies Prisma.CallWhereInput
}

/** By what a call in an event is found: see `Subject.namesIn`. */
export const namesInCall = ({ id, extensionRowIds, fromNumber, toNumber }: Call) => [
  id,
  ...extensionRowIds,
  fromNumber,
  toNumber,
]

/** Something that each call it matches names, whatever else the filter says; undefined if there is no such thing. */
export function namesWanted({ callId, extensionId, numbers, only }: WantedCalls) {
  const name = callId || extensionId
  return name ? [name] : (numbers ?? namesOf(only))
}

export function matchesCall(call: Call, filter: WantedCalls): boolean {
  const { callId, extensionId, direction, status, result, numbers, missed, only } = filter
  return (
    (!only || isCallWithin(call, only)) &&
    (!callId || call.id === callId) &&
    (!extensionId || call.extensionRowIds.includes(extensionId)) &&
    (!direction || call.direction === direction) &&
    (!status || status.includes(call.status)) &&
    (!result || (call.result !== null && result.includes(call.result))) &&
    (!numbers || numbers.some((one) => call.fromNumber === one || call.toNumber === one)) &&
    (missed == null || call.isMissed === missed)
  )
}
