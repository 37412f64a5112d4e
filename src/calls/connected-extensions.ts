import type { Extension } from '../db/generated/client/client.ts'
import { tenantOf } from '../graphql/builder.ts'
import type { Context } from '../graphql/context.ts'

type Waiting = { ids: Set<string>; found: Promise<Map<string, Extension>> }
const waiting = new WeakMap<Context, Waiting>()

/** The connected extension with an id of RingCentral's. All that one answer asks for are one query. */
export async function connectedExtension(
  context: Context,
  extensionId: string | null,
): Promise<Extension | null> {
  if (extensionId === null) return null
  let batch = waiting.get(context)
  if (!batch) {
    const ids = new Set<string>()
    batch = { ids, found: new Promise<void>(setImmediate).then(() => find(context, ids)) }
    waiting.set(context, batch)
  }
  batch.ids.add(extensionId)
  return (await batch.found).get(extensionId) ?? null
}

async function find(context: Context, ids: Set<string>) {
  waiting.delete(context)
  const extensions = await context.db.extension.findMany({
    where: { tenantId: tenantOf(context), extensionId: { in: [...ids] } },
  })
  return new Map(extensions.map((extension) => [extension.extensionId, extension]))
}
