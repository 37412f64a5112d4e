import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import { kindOfId } from '../lib/ids.ts'
import { ExtensionNotFoundError } from './errors.ts'

/** What a client may name an extension by. */
export const extensionIdDescription = 'by its `id` (`ext_…`) or by its `extensionId` at RingCentral'

/** The id of our row, whichever of the two ids was given; what is neither stays as it is, and names nothing. */
export async function whichExtension(db: Db, tenantId: string, given: string): Promise<string> {
  if (kindOfId(given) === 'Extension') return given
  const extension = await db.extension.findUnique({
    where: { tenantId_extensionId: { tenantId, extensionId: given } },
    select: { id: true },
  })
  return extension?.id ?? given
}

/** @throws ExtensionNotFoundError */
export async function findExtension(db: Db, tenantId: string, given: string): Promise<Extension> {
  const id = await whichExtension(db, tenantId, given)
  const extension = await db.extension.findUnique({ where: { id, tenantId } })
  if (!extension) throw new ExtensionNotFoundError(given)
  return extension
}

/** A filter whose `extensionId` is the id of our row. */
export async function withRowId<Filter extends { extensionId?: string | null }>(
  db: Db,
  tenantId: string,
  filter: Filter | null | undefined,
): Promise<Filter | null | undefined> {
  if (!filter?.extensionId) return filter
  return { ...filter, extensionId: await whichExtension(db, tenantId, filter.extensionId) }
}
