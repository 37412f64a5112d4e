import type { Db } from '../db/client.ts'
import { NotConnectedError } from './errors.ts'
import { findMapping } from './user-mapping.ts'

/**
 * The extension that an application's user is mapped to, with its numbers.
 *
 * @throws UserNotMappedError, NotConnectedError when it has never been connected
 */
export async function extensionOfUser(db: Db, tenantId: string, userId: string) {
  const { extensionId } = await findMapping(db, tenantId, userId)
  const extension = await db.extension.findUnique({
    where: { tenantId_extensionId: { tenantId, extensionId } },
    include: { phoneNumbers: { orderBy: { phoneNumber: 'asc' } } },
  })
  if (extension) return extension
  throw new NotConnectedError(
    `User ${userId} is mapped to extension ${extensionId}, which is not connected. Its user connects with a link from \`createInviteToken\`.`,
  )
}
