import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { topLevelError } from '../graphql/errors.ts'
import { kindOfId } from '../lib/ids.ts'
import { ExtensionNotFoundError } from './errors.ts'

/** What a client may name an extension by. */
export const extensionIdDescription = 'by its `id` (`ext_…`) or by its `extensionId` at RingCentral'

/**
 * Refuses what can be no id of an extension, so that a filter does not answer as if there were nothing.
 * What is well-formed and unknown passes: it names nothing.
 */
export function checkExtensionId(given: string, name = 'extensionId'): void {
  if (kindOfId(given) === 'Extension' || /^\d{1,20}$/.test(given)) return
  throw topLevelError(
    'BAD_USER_INPUT',
    `\`${name}\` names an extension ${extensionIdDescription}, which is digits; got ${JSON.stringify(given.slice(0, 40))}. The query \`extensions\` tells both.`,
  )
}

/** The id of our row, whichever of the two ids was given; what is neither stays as it is, and names nothing. */
export async function whichExtension(db: Db, tenantId: string, given: string): Promise<string> {
  if (kindOfId(given) === 'Extension') return given
  const extension = await db.extension.findUnique({
    where: { tenantId_extensionId: { tenantId, extensionId: given } },
    select: { id: true },
  })
  return extension?.id ?? given
}

/** RingCentral's ids of extensions in a filter, whichever ids were given. Refuses what can be none. */
export async function rcIdsOf(
  db: Db,
  tenantId: string,
  given: readonly string[],
): Promise<string[]> {
  for (const id of given) checkExtensionId(id)
  const isOurs = (id: string) => kindOfId(id) === 'Extension'
  const found = await db.extension.findMany({
    where: { tenantId, id: { in: given.filter(isOurs) } },
    select: { extensionId: true },
  })
  return [...given.filter((id) => !isOurs(id)), ...found.map(({ extensionId }) => extensionId)]
}

/** @throws ExtensionNotFoundError */
export async function findExtension(db: Db, tenantId: string, given: string): Promise<Extension> {
  const id = await whichExtension(db, tenantId, given)
  const extension = await db.extension.findUnique({ where: { id, tenantId } })
  if (!extension) throw new ExtensionNotFoundError(given)
  return extension
}

/** A filter whose `extensionId` is the id of our row. Refuses what can be no id. */
export async function withRowId<Filter extends { extensionId?: string | null }>(
  db: Db,
  tenantId: string,
  filter: Filter | null | undefined,
): Promise<Filter | null | undefined> {
  if (filter?.extensionId == null) return filter
  checkExtensionId(filter.extensionId)
  return { ...filter, extensionId: await whichExtension(db, tenantId, filter.extensionId) }
}
