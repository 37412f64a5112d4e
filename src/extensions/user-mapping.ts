import type { Db, Tx } from '../db/client.ts'
import type { UserMapping } from '../db/generated/client/client.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import {
  ExtensionAlreadyMappedError,
  UserAlreadyMappedError,
  UserNotMappedError,
} from './errors.ts'

/** Which of the application's users is which RingCentral user: one to one, within a tenant. */
export type Pair = { tenantId: string; userId: string; extensionId: string }

/**
 * Maps a user to an extension. The same pair again changes nothing; of several different ones at once, one wins.
 *
 * @throws UserAlreadyMappedError, ExtensionAlreadyMappedError, which name the mapping that is in the way
 */
export async function mapUser(tx: Tx, pair: Pair, at: Date): Promise<UserMapping> {
  const { tenantId, userId, extensionId } = pair
  for (;;) {
    const [made] = await tx.userMapping.createManyAndReturn({
      data: { id: createId('UserMapping'), ...pair, createdAt: at },
      skipDuplicates: true,
    })
    if (made) return made
    const known = await tx.userMapping.findMany({
      where: { tenantId, OR: [{ userId }, { extensionId }] },
    })
    const same = known.find((other) => other.userId === userId && other.extensionId === extensionId)
    if (same) return same
    const ofUser = known.find((other) => other.userId === userId)
    if (ofUser) throw new UserAlreadyMappedError(ofUser)
    const ofExtension = known.find((other) => other.extensionId === extensionId)
    if (ofExtension) throw new ExtensionAlreadyMappedError(ofExtension)
    // What was in the way has gone in this moment: once more.
  }
}

/** @throws UserNotMappedError */
export async function findMapping(db: Db | Tx, tenantId: string, userId: string) {
  const mapping = await db.userMapping.findUnique({
    where: { tenantId_userId: { tenantId, userId } },
  })
  if (!mapping) throw new UserNotMappedError(userId)
  return mapping
}

/** An application's id of its user, as it may be: anything that can be stored and seen. */
export function parseUserId(given: string, field = 'userId'): string {
  const userId = given.trim()
  if (userId.length === 0 || userId.length > 255 || userId.includes('\u0000')) {
    throw new InvalidInputError(
      field,
      `\`${field}\` has 1 to 255 characters: your own id of the user.`,
    )
  }
  return userId
}
