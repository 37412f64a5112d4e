import type { Db } from '../db/client.ts'
import { whichExtension } from '../extensions/which-extension.ts'
import { topLevelError } from '../graphql/errors.ts'
import { kindOfId } from '../lib/ids.ts'
import { InvalidPhoneNumberError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
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
  const { number, extensionId, ...others } = (given ?? {}) as Filter
  checkRange(others)
  return {
    ...others,
    ...(extensionId != null && { extensionId: await extensionOf(db, tenantId, extensionId) }),
    ...(number != null && { numbers: await numbersOf(db, tenantId, number) }),
  } as Read<Filter>
}

function checkRange({ startedFrom, startedBefore, minDurationSeconds }: CallLogFilterInput) {
  if (startedFrom && startedBefore && startedFrom > startedBefore) {
    throw refused('`startedFrom` is later than `startedBefore`: exchange them.')
  }
  if (minDurationSeconds != null && minDurationSeconds < 0) {
    throw refused('`minDurationSeconds` is a number of seconds, 0 or more.')
  }
}

async function extensionOf(db: Db, tenantId: string, given: string): Promise<string> {
  if (kindOfId(given) !== 'Extension' && !/^\d{1,20}$/.test(given)) {
    throw refused(
      '`extensionId` is an `id` (`ext_…`) or an `extensionId` of the query `extensions`.',
    )
  }
  return whichExtension(db, tenantId, given)
}

/** All that stand for a number in calls: between colleagues RingCentral's log has extension numbers instead. */
async function numbersOf(db: Db, tenantId: string, given: string): Promise<string[]> {
  const number = asNumber(given)
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

function asNumber(given: string): string {
  const trimmed = given.trim()
  if (/^\d{1,8}$/.test(trimmed)) return trimmed
  try {
    return parsePhoneNumber(trimmed)
  } catch (error) {
    if (!(error instanceof InvalidPhoneNumberError)) throw error
    throw refused(
      `\`number\` is a phone number in E.164, \`+12025550142\`, or an extension number, \`101\`; got ${JSON.stringify(given.slice(0, 40))}.`,
    )
  }
}

const refused = (message: string) => topLevelError('BAD_USER_INPUT', `Filter: ${message}`)
