import type { Db, Tx } from '../db/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import type { MediaStore } from './store.ts'

/**
 * Keeps bytes: first in the store, then as a row together with what they are for. `use` tells whether
 * they are still wanted; if not, nothing stays. When the commit fails, nobody knows for certain
 * whether it did: the bytes are left to the sweep, which looks for their row.
 */
export async function keepMedia(
  { db, store, clock }: { db: Db; store: MediaStore; clock: Clock },
  media: { tenantId: string; bytes: AsyncIterable<Uint8Array>; contentType: () => string },
  use: (tx: Tx, mediaId: string) => Promise<boolean>,
): Promise<boolean> {
  const id = createId('Media')
  const kept = await store.write(id, media.bytes)
  const isWanted = await inTransaction(db, async (tx) => {
    const { tenantId } = media
    await tx.media.create({
      data: { id, tenantId, contentType: media.contentType(), ...kept, createdAt: clock.now() },
    })
    const wanted = await use(tx, id)
    if (!wanted) await tx.media.delete({ where: { id } })
    return wanted
  })
  if (!isWanted) await store.delete(id)
  return isWanted
}
