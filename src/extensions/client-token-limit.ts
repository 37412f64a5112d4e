import type { Db } from '../db/client.ts'
import type { Only } from '../graphql/context.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { NumberNotFoundError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { findNumber } from '../numbers/service.ts'
import { findExtension } from './which-extension.ts'

/** Of each kind: the token says them all, and every request carries it. */
export const mostNamed = 50

/**
 * What a client token is to be limited to, as the tenant's own rows; undefined when nothing is named.
 *
 * @throws InvalidInputError, InvalidPhoneNumberError, ExtensionNotFoundError, NumberNotFoundError
 */
export async function limitOf(
  db: Db,
  tenantId: string,
  { extensionIds, numbers }: { extensionIds?: string[] | null; numbers?: string[] | null },
): Promise<Only | undefined> {
  if (extensionIds == null && numbers == null) return undefined
  for (const [field, named] of Object.entries({ extensionIds, numbers })) {
    if (named && named.length > mostNamed) {
      throw new InvalidInputError(
        field,
        `A client token is limited to at most ${mostNamed} of them; got ${named.length}.`,
      )
    }
  }
  // Empty lists would let everything through, or nothing: either way not what somebody meant.
  if (!extensionIds?.length && !numbers?.length) {
    throw new InvalidInputError(
      extensionIds ? 'extensionIds' : 'numbers',
      'The limit is empty: name an extension or a number, or leave it out.',
    )
  }
  const extensions = await Promise.all(
    (extensionIds ?? []).map((given) => findExtension(db, tenantId, given)),
  )
  const phoneNumbers = (numbers ?? []).map(parsePhoneNumber)
  for (const phoneNumber of phoneNumbers) {
    if (!(await findNumber(db, tenantId, phoneNumber))) throw new NumberNotFoundError(phoneNumber)
  }
  return {
    extensionIds: [...new Set(extensions.map(({ id }) => id))],
    numbers: [...new Set(phoneNumbers)],
  }
}
