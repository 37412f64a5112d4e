import type { Call, Prisma } from '../db/generated/client/client.ts'
import type { Only } from '../graphql/context.ts'

/** The calls that a client token's extensions take part in, and those from or to its numbers. */
export const whereCallWithin = ({ extensionIds, numbers }: Only): Prisma.CallWhereInput => ({
  OR: [
    { extensionRowIds: { hasSome: [...extensionIds] } },
    { fromNumber: { in: [...numbers] } },
    { toNumber: { in: [...numbers] } },
  ],
})

export function isCallWithin(
  { extensionRowIds, fromNumber, toNumber }: Call,
  { extensionIds, numbers }: Only,
): boolean {
  return (
    extensionRowIds.some((id) => extensionIds.includes(id)) ||
    [fromNumber, toNumber].some((number) => number !== null && numbers.includes(number))
  )
}
