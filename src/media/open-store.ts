import type { Db } from '../db/client.ts'
import type { Logger } from '../lib/logger.ts'
import { createDiskStore } from './disk-store.ts'
import { createPostgresStore } from './postgres-store.ts'
import type { MediaStore } from './store.ts'

/** The store that an instance was told to use: a directory, or Postgres if there is none. */
export async function openMediaStore(
  opened: AsyncDisposableStack,
  {
    mediaDir,
    databaseUrl,
    applicationName,
    db,
    logger,
  }: {
    mediaDir: string | null
    databaseUrl: string
    applicationName: string
    db: Db
    logger: Logger
  },
): Promise<MediaStore> {
  if (mediaDir) return createDiskStore(mediaDir, { isUsed: await keepsMedia(db), logger })
  const store = createPostgresStore({ url: databaseUrl, applicationName })
  opened.defer(() => store.close())
  return store
}

async function keepsMedia(db: Db): Promise<boolean> {
  return (await db.media.findFirst({ select: { id: true } })) !== null
}
