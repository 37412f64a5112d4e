import type { Db } from '../db/client.ts'
import { ExtensionRevokedError } from '../extensions/errors.ts'
import { extensionOfUser, ownNumber } from '../extensions/extension-of-user.ts'
import { InvalidInputError } from '../lib/errors.ts'

/**
 * The number that texts of an application's user go out from: of the extension that the user is mapped to,
 * its direct number before any other.
 *
 * @throws UserNotMappedError, NotConnectedError, ExtensionRevokedError, InvalidInputError when it has no number that texts
 */
export async function numberOfUser(db: Db, tenantId: string, userId: string): Promise<string> {
  const { id, extensionId, status, name } = await extensionOfUser(db, tenantId, userId)
  if (status === 'REVOKED') throw new ExtensionRevokedError(extensionId, name)
  const number = await ownNumber(db, id)
  if (number !== undefined) return number
  throw new InvalidInputError(
    'userId',
    `Extension ${extensionId} of user ${userId} has no number that can text.`,
  )
}
