import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import { NotConnectedError } from './errors.ts'
import { findMapping } from './user-mapping.ts'

/**
 * The extension that an application's user is mapped to.
 *
 * @throws UserNotMappedError, NotConnectedError when it has never been connected
 */
export async function extensionOfUser(
  db: Db,
  tenantId: string,
  userId: string,
): Promise<Extension> {
  const { extensionId } = await findMapping(db, tenantId, userId)
  const extension = await db.extension.findUnique({
    where: { tenantId_extensionId: { tenantId, extensionId } },
  })
  if (extension) return extension
  throw new NotConnectedError(
    `User ${userId} is mapped to extension ${extensionId}, which is not connected. Its user connects with a link from \`createInviteToken\`.`,
  )
}

/** The number that an extension texts from and is rung at unless told: its direct one before any other, and a high-volume one if it has nothing else. */
export async function ownNumber(db: Db, extensionRowId: string): Promise<string | undefined> {
  const phoneNumbers = await db.phoneNumber.findMany({
    where: { extensionRowId },
    orderBy: { phoneNumber: 'asc' },
  })
  const ordinary = phoneNumbers.filter((number) => !isHighVolume(number))
  const direct = ordinary.find(({ usageType }) => usageType === 'DirectNumber')
  return (direct ?? ordinary[0] ?? phoneNumbers[0])?.phoneNumber
}
