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
    if (!entry) throw new ExtensionNotFoundError(given, await whoIsMeant(tenantId, given))
    return entry.extensionId
  }

  /** The number inside the company is what people know: it may be of several companies, so it is only a hint. */
  async function whoIsMeant(tenantId: string, given: string): Promise<string> {
    const found = await db.directoryEntry.findMany({
      where: { tenantId, extensionNumber: given },
      orderBy: { name: 'asc' },
      take: 3,
    })
    const meant = found.map(({ name, extensionId }) => `${name} (\`extensionId\` ${extensionId})`)
    const hint = meant.length > 0 ? ` It is the extension number of ${meant.join(', ')}.` : ''
    return `Nobody in the directory and nobody who is connected has this id: take the \`extensionId\` of somebody in \`directory\`.${hint}`
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
