import type { Db } from '../db/client.ts'
import type { UserMapping } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import { ExtensionNotFoundError, UserNotMappedError } from '../extensions/errors.ts'
import { mapUser, parseUserId } from '../extensions/user-mapping.ts'
import { whichExtension } from '../extensions/which-extension.ts'
import type { Clock } from '../lib/clock.ts'
import { kindOfId } from '../lib/ids.ts'
import type { Directory } from './directory.ts'

declare module '../graphql/context.ts' {
  interface Services {
    mappings: Mappings
  }
}

export type Mappings = ReturnType<typeof createMappings>

/** What an application does to say which of its users is which RingCentral user. */
export function createMappings({
  db,
  directory,
  clock,
}: {
  db: Db
  directory: Pick<Directory, 'refresh'>
  clock: Clock
}) {
  /** RingCentral's id of somebody who is connected, or at least in the directory. */
  async function knownExtension(tenantId: string, given: string): Promise<string> {
    const id = await whichExtension(db, tenantId, given)
    const extension = await db.extension.findUnique({ where: { id, tenantId } })
    if (extension) return extension.extensionId
    if (kindOfId(given) !== undefined) throw new ExtensionNotFoundError(given)
    await directory.refresh(tenantId)
    const entry = await db.directoryEntry.findFirst({ where: { tenantId, extensionId: given } })
    if (!entry) throw new ExtensionNotFoundError(given)
    return entry.extensionId
  }

  return {
    /** @throws ExtensionNotFoundError, UserAlreadyMappedError, ExtensionAlreadyMappedError, InvalidInputError */
    async map(
      tenantId: string,
      input: { userId: string; extensionId: string },
    ): Promise<UserMapping> {
      const userId = parseUserId(input.userId)
      const extensionId = await knownExtension(tenantId, input.extensionId)
      return inTransaction(db, (tx) => mapUser(tx, { tenantId, userId, extensionId }, clock.now()))
    },

    /** @throws UserNotMappedError */
    async unmap(tenantId: string, given: string): Promise<UserMapping> {
      const userId = parseUserId(given)
      // Of two at once, one has unmapped it.
      const mapping = await db.userMapping.findUnique({
        where: { tenantId_userId: { tenantId, userId } },
      })
      const { count } = await db.userMapping.deleteMany({ where: { id: mapping?.id ?? '' } })
      if (!mapping || count === 0) throw new UserNotMappedError(userId)
      return mapping
    },
  }
}
