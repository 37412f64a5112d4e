import type { Tx } from '../db/client.ts'
import type { Call } from '../db/generated/client/client.ts'
import { type Evidence, type Side, sidesOf } from './sides.ts'

/** Our rows of the extensions that take part, or clicked to call those who do, by RingCentral's ids. */
export async function connectedIn(
  tx: Tx,
  tenantId: string,
  evidence: Map<string, Evidence>,
): Promise<Map<string, string>> {
  const sides = [...evidence.values()].flatMap(sidesOf)
  const ids = sides.flatMap(({ extensionId, ringOut, from }) =>
    [extensionId, ringOut ? from.extensionId : null].filter((id) => id !== null),
  )
  const extensions = await tx.extension.findMany({
    where: { tenantId, extensionId: { in: [...new Set(ids)] } },
    select: { id: true, extensionId: true },
  })
  return new Map(extensions.map(({ id, extensionId }) => [extensionId, id]))
}

/** Whose call it is. Who connects later gets theirs by `adopt-calls`. */
export function belonging(sides: Side[], rowIdOf: Map<string, string>, before: Call | undefined) {
  const rowIds = sides.flatMap(({ extensionId }) =>
    extensionId === null ? [] : (rowIdOf.get(extensionId) ?? []),
  )
  const all = [...new Set([...(before?.extensionRowIds ?? []), ...rowIds])]
  return { extensionRowId: before?.extensionRowId ?? all[0] ?? null, extensionRowIds: all.sort() }
}
