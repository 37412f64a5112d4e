import type { PhoneNumber, Prisma } from '../db/generated/client/client.ts'
import type { Only } from '../graphql/context.ts'

/** The numbers of a client token's extensions, and those that it names. */
export const whereNumberWithin = ({
  extensionIds,
  numbers,
}: Only): Prisma.PhoneNumberWhereInput => ({
  OR: [{ extensionRowId: { in: [...extensionIds] } }, { phoneNumber: { in: [...numbers] } }],
})

export const isNumberWithin = (
  { extensionRowId, phoneNumber }: Pick<PhoneNumber, 'extensionRowId' | 'phoneNumber'>,
  { extensionIds, numbers }: Only,
): boolean => extensionIds.includes(extensionRowId) || numbers.includes(phoneNumber)
