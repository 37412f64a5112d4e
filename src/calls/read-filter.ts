import type { Db } from '../db/client.ts'
import { withRowId } from '../extensions/which-extension.ts'
import { checkRange } from '../graphql/check-range.ts'
import { topLevelError } from '../graphql/errors.ts'
import { parseFilterNumber } from '../numbers/filter-number.ts'
import type { CallFilterInput, CallLogFilterInput, Read } from './filter.ts'

/**
 * What a filter means: which row of ours, and which numbers. What could never be found is refused, since an
 * empty list would pass for an answer.
 *
 * @throws GraphQLError BAD_USER_INPUT
 */
export async function readFilter<Filter extends CallFilterInput | CallLogFilterInput>(
  db: Db,
  tenantId: string,
  given: Filter | null | undefined,
): Promise<Read<Filter>> {
  const { number, ...named } = (given ?? {}) as CallLogFilterInput
  const others = (await withRowId(db, tenantId, named)) ?? {}
  checkRange(['startedFrom', others.startedFrom], ['startedBefore', others.startedBefore])
  if (others.minDurationSeconds != null && others.minDurationSeconds < 0) {
    throw topLevelError('BAD_USER_INPUT', '`minDurationSeconds` is a number of seconds, 0 or more.')
  }
  return {
    ...others,
    ...(number != null && { numbers: await numbersOf(db, tenantId, parseFilterNumber(number)) }),
  } as Read<Filter>
}

/** All that stand for a number in calls: between colleagues RingCentral's log has extension numbers instead. */
async function numbersOf(db: Db, tenantId: string, number: string): Promise<string[]> {
  const isShort = !number.startsWith('+')
  const [connected, listed] = await Promise.all([
    db.extension.findMany({
      where: {
        tenantId,
        ...(isShort
          ? { extensionNumber: number }
          : { phoneNumbers: { some: { phoneNumber: number } } }),
      },
      select: { extensionNumber: true, phoneNumbers: { select: { phoneNumber: true } } },
    }),
    db.directoryEntry.findMany({
      where: {
        tenantId,
        ...(isShort ? { extensionNumber: number } : { phoneNumbers: { has: number } }),
      },
      select: { extensionNumber: true, phoneNumbers: true },
    }),
  ])
  const others = isShort
    ? [
        ...connected.flatMap((one) => one.phoneNumbers.map(({ phoneNumber }) => phoneNumber)),
        ...listed.flatMap(({ phoneNumbers }) => phoneNumbers),
      ]
    : [...connected, ...listed].flatMap(({ extensionNumber }) => extensionNumber ?? [])
  return [...new Set([number, ...others])]
}
