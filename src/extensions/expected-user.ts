import type { Db } from '../db/client.ts'

/** A RingCentral user, as people know them. */
export type KnownUser = { name: string | null; extensionNumber: string | null }

/**
 * Who has to sign in with a link: the RingCentral user whom the application's user is mapped to. Null when
 * that is open, or when we know nothing of them that a person could recognise.
 */
export async function expectedUser(
  db: Db,
  { tenantId, userId }: { tenantId: string; userId: string | null },
): Promise<KnownUser | null> {
  if (userId === null) return null
  const mapping = await db.userMapping.findUnique({
    where: { tenantId_userId: { tenantId, userId } },
  })
  if (!mapping) return null
  const { extensionId } = mapping
  const extension = await db.extension.findUnique({
    where: { tenantId_extensionId: { tenantId, extensionId } },
    select: { name: true, extensionNumber: true },
  })
  return extension?.name || extension?.extensionNumber ? extension : null
}

/** `Ava Hart, extension 101`. */
export function inWords({ name, extensionNumber }: KnownUser): string {
  const number = extensionNumber && `extension ${extensionNumber}`
  return [name, number].filter(Boolean).join(', ')
}
