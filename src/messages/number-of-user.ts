import type { Db } from '../db/client.ts'
import { ExtensionRevokedError, NotConnectedError } from '../extensions/errors.ts'
import { findMapping } from '../extensions/user-mapping.ts'
import { InvalidInputError } from '../lib/errors.ts'

/**
 * The number that texts of an application's user go out from: of the extension that the user is mapped to,
 * its direct number before any other.
 *
 * @throws UserNotMappedError, NotConnectedError, ExtensionRevokedError, InvalidInputError when it has no number that texts
 */
export async function numberOfUser(db: Db, tenantId: string, userId: string): Promise<string> {
  const { extensionId } = await findMapping(db, tenantId, userId)
  const extension = await db.extension.findUnique({
    where: { tenantId_extensionId: { tenantId, extensionId } },
    include: { phoneNumbers: { orderBy: { phoneNumber: 'asc' } } },
  })
  if (!extension) {
    throw new NotConnectedError(
      `User ${userId} is mapped to extension ${extensionId}, which is not connected. Its user connects with a link from \`createInviteToken\`.`,
    )
  }
  if (extension.status === 'REVOKED') throw new ExtensionRevokedError(extensionId, extension.name)
  const { phoneNumbers } = extension
  const number =
    phoneNumbers.find(({ usageType }) => usageType === 'DirectNumber') ?? phoneNumbers[0]
  if (!number) {
    throw new InvalidInputError(
      'userId',
      `Extension ${extensionId} of user ${userId} has no number that can text.`,
    )
  }
  return number.phoneNumber
}
