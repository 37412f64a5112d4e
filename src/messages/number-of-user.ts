import type { Db } from '../db/client.ts'
import { ExtensionRevokedError, UserNotMappedError } from '../extensions/errors.ts'
import { extensionOfUser, ownNumber } from '../extensions/extension-of-user.ts'
import { isExtensionWithin } from '../extensions/within.ts'
import type { Only } from '../graphql/context.ts'
import { InvalidInputError } from '../lib/errors.ts'

/**
 * The number that texts of an application's user go out from: of the extension that the user is mapped to,
 * its direct number before any other.
 *
 * @throws UserNotMappedError, NotConnectedError, ExtensionRevokedError, InvalidInputError when it has no number that texts
 */
export async function numberOfUser(
  db: Db,
  tenantId: string,
  userId: string,
  only?: Only,
): Promise<string> {
  const extension = await extensionOfUser(db, tenantId, userId)
  // Whom somebody else is mapped to is nothing that a limited viewer learns.
  if (only && !isExtensionWithin(extension, only)) throw new UserNotMappedError(userId)
  const { id, extensionId, status, name } = extension
  if (status === 'REVOKED') throw new ExtensionRevokedError(extensionId, name)
  const number = await ownNumber(db, id)
  if (number !== undefined) return number
  throw new InvalidInputError(
    'userId',
    `Extension ${extensionId} of user ${userId} has no number that can text.`,
  )
}
