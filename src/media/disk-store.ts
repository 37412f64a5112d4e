import { createHash, randomUUID } from 'node:crypto'
import {
  type FileHandle,
  mkdir,
  open,
  opendir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Logger } from '../lib/logger.ts'
import { type Kept, MediaLostError, type MediaStore, MediaStoreUnavailableError } from './store.ts'

/** How many bytes are read from the disk at a time. */
const pieceBytes = 64 * 1024
/** Tells the directory from the empty place where a volume should be mounted. */
export const sign = '.ringql-media'

/**
 * Keeps media in a directory, which all processes must see: on several machines a shared volume. A file
 * is written under another name, forced to the disk, and only then called by its own.
 *
 * Where media are kept already (`isUsed`), an empty directory is not theirs: until they are there, the store
 * cannot be reached.
 */
export async function createDiskStore(
  root: string,
  { isUsed, logger }: { isUsed: boolean; logger: Logger },
): Promise<MediaStore> {
  const incoming = join(root, 'incoming')
  if (isUsed && !(await isHere())) {
    logger.error(
      { directory: root },
      `Media are kept, but their directory is empty or missing: is its volume mounted? Texts with attachments wait until it is. If the files are gone for good, make an empty file ${sign} in it, and start again`,
    )
  } else await begin()

  function isHere(): Promise<boolean> {
    return stat(join(root, sign)).then(
      () => true,
      () => false,
    )
  }

  async function begin(): Promise<void> {
    try {
      await mkdir(incoming, { recursive: true })
      await writeFile(join(root, sign), '')
    } catch (error) {
      const why = `The directory for media, ${root}, cannot be written to: give the gateway's user the right to, or set MEDIA_STORE=postgres.`
      throw new Error(why, { cause: error })
    }
  }

  // Ids begin with the time: their ends spread evenly.
  const pathOf = (key: string) => join(root, key.slice(-2), key)

  /**
   * A missing file says nothing while the whole directory may be missing: it counts as lost when it is missed between two
   * looks at the directory, for a volume may come back at any moment.
   */
  async function openFile(key: string): Promise<FileHandle> {
    const path = pathOf(key)
    const first = await open(path).catch((error: unknown) => error)
    if (!(first instanceof Error)) return first as FileHandle
    if (!isMissing(first) || !(await isHere())) return unavailable(first)
    return open(path).catch(async (error) => {
      if (isMissing(error) && (await isHere())) throw new MediaLostError(key)
      return unavailable(error)
    })
  }

  return {
    async write(key, bytes): Promise<Kept> {
      const temporary = join(incoming, `${key}-${randomUUID()}`)
      const hash = createHash('sha256')
      let sizeBytes = 0
      const file = await open(temporary, 'wx').catch(unavailable)
      try {
        for await (const piece of bytes) {
          hash.update(piece)
          sizeBytes += piece.length
          await file.writeFile(piece).catch(unavailable)
        }
        await file.sync().catch(unavailable)
        await file.close().catch(unavailable)
        const path = pathOf(key)
        await mkdir(dirname(path), { recursive: true }).catch(unavailable)
        await rename(temporary, path).catch(unavailable)
        await sync(dirname(path)).catch(unavailable)
      } catch (error) {
        await file.close().catch(() => undefined)
        await rm(temporary, { force: true }).catch(() => undefined)
        throw error
      }
      return { sizeBytes, sha256: hash.digest('hex') }
    },

    async read(key, range) {
      const file = await openFile(key)
      let position = range?.start ?? 0
      const end = (range?.end ?? Number.POSITIVE_INFINITY) + 1
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const piece = new Uint8Array(Math.min(pieceBytes, end - position))
            const { bytesRead } = await file
              .read(piece, 0, piece.length, position)
              .catch(async (error) => {
                await file.close()
                return unavailable(error)
              })
            position += bytesRead
            if (bytesRead > 0) controller.enqueue(piece.subarray(0, bytesRead))
            if (bytesRead > 0 && position < end) return
            await file.close()
            controller.close()
          },
          cancel: () => file.close(),
        },
        { highWaterMark: 0 },
      )
    },

    async delete(key) {
      await rm(pathOf(key), { force: true }).catch(unavailable)
    },

    async *keysBefore(moment) {
      const isOld = async (path: string) => {
        const found = await stat(path).catch(() => undefined)
        return found?.isFile() && found.mtime < moment
      }
      for await (const { name } of await opendir(incoming).catch(unavailable)) {
        const path = join(incoming, name)
        if (await isOld(path)) await rm(path, { force: true })
      }
      for await (const folder of await opendir(root).catch(unavailable)) {
        if (!folder.isDirectory() || folder.name === 'incoming') continue
        for await (const { name } of await opendir(join(root, folder.name)).catch(unavailable)) {
          if (await isOld(join(root, folder.name, name))) yield name
        }
      }
    },
  }
}

function unavailable(error: unknown): never {
  throw new MediaStoreUnavailableError(error)
}

function isMissing(error: unknown): boolean {
  return (error as { code?: string }).code === 'ENOENT'
}

/** Without that, a crash of the machine may forget the new name. */
async function sync(directory: string): Promise<void> {
  const handle = await open(directory)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
