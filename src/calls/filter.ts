import type { Call, Prisma } from '../db/generated/client/client.ts'
import { extensionIdDescription } from '../extensions/which-extension.ts'
import { builder } from '../graphql/builder.ts'

export const CallDirection = builder.enumType('CallDirection', {
  description: 'Which way a call went.',
  values: {
    INBOUND: { description: 'Came in.' },
    OUTBOUND: { description: 'Went out.' },
  } as const,
})

export const CallFilter = builder.inputType('CallFilter', {
  description: 'Which calls. Everything given must hold; nothing given means all.',
  fields: (t) => ({
    extensionId: t.id({ description: `Of this extension, ${extensionIdDescription}.` }),
    direction: t.field({ type: CallDirection, description: 'Came in, or went out.' }),
    result: t.stringList({
      description: 'Ended with one of RingCentral’s words, for example `Missed`, `Call connected`.',
    }),
    number: t.string({ description: 'From or to this number, in E.164.' }),
  }),
})

export const CallLogFilter = builder.inputType('CallLogFilter', {
  description: 'Which lines of the call log. Everything given must hold.',
  fields: (t) => ({
    extensionId: t.id({
      description: `Of this extension, ${extensionIdDescription}; left out: of the whole account, as far as the grants allow.`,
    }),
    direction: t.field({ type: CallDirection, description: 'Came in, or went out.' }),
    result: t.stringList({
      description: 'Ended with one of RingCentral’s words, for example `Missed`, `Call connected`.',
    }),
    number: t.string({ description: 'From or to this number, in E.164.' }),
    startedFrom: t.field({ type: 'DateTime', description: 'Started at this moment or later.' }),
    startedBefore: t.field({ type: 'DateTime', description: 'Started before this moment.' }),
    minDurationSeconds: t.int({ description: 'Lasted at least so many seconds.' }),
  }),
})

export type CallFilterInput = typeof CallFilter.$inferInput
export type CallLogFilterInput = typeof CallLogFilter.$inferInput

export function whereCall(tenantId: string, filter: CallLogFilterInput | null | undefined) {
  const { extensionId, direction, result, number, startedFrom, startedBefore, minDurationSeconds } =
    filter ?? {}
  const conditions: Prisma.CallWhereInput[] = [{ tenantId }]
  if (extensionId) conditions.push({ extensionRowId: extensionId })
  if (direction) conditions.push({ direction })
  if (result) conditions.push({ result: { in: result, mode: 'insensitive' } })
  if (number) conditions.push({ OR: [{ fromNumber: number }, { toNumber: number }] })
  if (startedFrom) conditions.push({ startedAt: { gte: startedFrom } })
  if (startedBefore) conditions.push({ startedAt: { lt: startedBefore } })
  if (minDurationSeconds != null) conditions.push({ durationSeconds: { gte: minDurationSeconds } })
  return { AND: conditions } satisfies Prisma.CallWhereInput
}

export function matchesCall(call: Call, filter: CallFilterInput | null | undefined): boolean {
  const { extensionId, direction, result, number } = filter ?? {}
  const words = result?.map((word) => word.toLowerCase())
  return (
    (!extensionId || call.extensionRowId === extensionId) &&
    (!direction || call.direction === direction) &&
    (!words || words.includes(call.result?.toLowerCase() ?? '')) &&
    (!number || call.fromNumber === number || call.toNumber === number)
  )
}
