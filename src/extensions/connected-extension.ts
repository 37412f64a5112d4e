import type { Extension } from '../db/generated/client/client.ts'
import { createBatch } from '../graphql/batch.ts'
import { tenantOf } from '../graphql/builder.ts'
import { within } from '../graphql/narrowing.ts'
import { whereExtensionWithin } from './within.ts'

/** The connected extension with an id of RingCentral's. All that one answer asks for are one query. */
export const connectedExtension = createBatch<string | null, Extension | null>(
  async (context, ids) => {
    const known = [...new Set(ids)].filter((id) => id !== null)
    const extensions = await context.db.extension.findMany({
      where: {
        tenantId: tenantOf(context),
        extensionId: { in: known },
        AND: within(context, whereExtensionWithin),
      },
    })
    const byId = new Map(extensions.map((extension) => [extension.extensionId, extension]))
    return ids.map((id) => (id === null ? null : (byId.get(id) ?? null)))
  },
)
