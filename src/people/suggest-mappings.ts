import type { Db } from '../db/client.ts'
import type { DirectoryEntry } from '../db/generated/client/client.ts'

export type AskedUser = { userId: string; email: string }

export type SuggestionOutcome =
  | 'SUGGESTED'
  | 'MAPPED'
  | 'EXTENSION_MAPPED'
  | 'NOT_FOUND'
  | 'NOT_ENABLED'
  | 'AMBIGUOUS'

export type Suggestion = AskedUser & {
  outcome: SuggestionOutcome
  /** Whom the mail address names: one if suggested, several if ambiguous. */
  candidates: DirectoryEntry[]
}

/**
 * Who in the directory a tenant's users could be, by mail address without case. Only what leaves no doubt
 * is suggested: one enabled user with this address, asked for once, and both sides not mapped yet.
 */
export async function suggestMappings(
  db: Db,
  tenantId: string,
  users: readonly AskedUser[],
): Promise<Suggestion[]> {
  const emails = users.map((user) => keyOf(user.email))
  const ids = await db.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "DirectoryEntry"
    WHERE "tenantId" = ${tenantId} AND lower("email") = ANY(${emails}) AND "type" = 'User'`
  const entries = await db.directoryEntry.findMany({
    where: { id: { in: ids.map(({ id }) => id) } },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  })
  const mapped = await db.userMapping.findMany({
    where: {
      tenantId,
      OR: [
        { userId: { in: users.map(({ userId }) => userId) } },
        { extensionId: { in: entries.map(({ extensionId }) => extensionId) } },
      ],
    },
  })
  const mappedUsers = new Set(mapped.map(({ userId }) => userId))
  const mappedExtensions = new Set(mapped.map(({ extensionId }) => extensionId))
  const byEmail = Map.groupBy(entries, ({ email }) => keyOf(email ?? ''))

  return users.map((user) => {
    const email = keyOf(user.email)
    const found = byEmail.get(email) ?? []
    const enabled = found.filter(({ status }) => status === 'Enabled')
    const askedAgain = users.some(
      (other) => other.userId !== user.userId && keyOf(other.email) === email,
    )
    const outcome = outcomeOf()
    return { ...user, outcome, candidates: enabled.length > 0 ? enabled : found }

    function outcomeOf(): SuggestionOutcome {
      if (mappedUsers.has(user.userId)) return 'MAPPED'
      if (found.length === 0) return 'NOT_FOUND'
      const [only] = enabled
      if (!only) return 'NOT_ENABLED'
      if (enabled.length > 1 || askedAgain) return 'AMBIGUOUS'
      return mappedExtensions.has(only.extensionId) ? 'EXTENSION_MAPPED' : 'SUGGESTED'
    }
  })
}

const keyOf = (email: string) => email.trim().toLowerCase()
