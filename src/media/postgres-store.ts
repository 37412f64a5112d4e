import { createHash } from 'node:crypto'
import type { Db } from '../db/client.ts'
import { isDatabaseUnavailable } from '../db/errors.ts'
import { type Kept, MediaLostError, type MediaStore, MediaStoreUnavailableError } from './store.ts'

/** Each chunk but the last has so many bytes: where a range begins can be counted. */
const chunkBytes = 256 * 1024
const keysAtOnce = 500

/**
 * Keeps media in Postgres, in chunks: nothing to mount and one backup for all. Chunks are written one by
 * one, not in one long transaction: nobody reads a key before its row in `Media` is committed, and what a
 * writer leaves behind when it dies is swept.
 */
export function createPostgresStore(db: Db): MediaStore {
  const chunk = (key: string, number: number) =>
    db.mediaChunk.findUnique({ where: { key_number: { key, number } } }).catch(unavailable)

  const remove = async (key: string) => {
    await db.mediaChunk.deleteMany({ where: { key } }).catch(unavailable)
  }

  return {
    async write(key, bytes): Promise<Kept> {
      const hash = createHash('sha256')
      let sizeBytes = 0
      let number = 0
      try {
        for await (const piece of inChunks(bytes)) {
          hash.update(piece)
          sizeBytes += piece.length
          await db.mediaChunk.create({ data: { key, number, bytes: piece } }).catch(unavailable)
          number += 1
        }
      } catch (error) {
        await remove(key).catch(() => undefined)
        throw error
      }
      return { sizeBytes, sha256: hash.digest('hex') }
    },

    async read(key, { start, end } = { start: 0, end: Number.POSITIVE_INFINITY }) {
      let number = Math.floor(start / chunkBytes)
      let next = await chunk(key, number)
      if (!next) throw new MediaLostError(key)
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            next ??= await chunk(key, number)
            if (!next) return controller.close()
            const from = number * chunkBytes
            const piece = next.bytes.subarray(Math.max(0, start - from), end + 1 - from)
            const isLast = next.bytes.length < chunkBytes || end < from + chunkBytes
            next = null
            number += 1
            if (piece.length > 0) controller.enqueue(piece)
            if (isLast) controller.close()
          },
        },
        { highWaterMark: 0 },
      )
    },

    delete: remove,

    async *keysBefore(moment) {
      for (let last = ''; ; ) {
        const found = await db.mediaChunk
          .findMany({
            where: { number: 0, createdAt: { lt: moment }, key: { gt: last } },
            select: { key: true },
            orderBy: { key: 'asc' },
            take: keysAtOnce,
          })
          .catch(unavailable)
        for (const { key } of found) yield key
        last = found.at(-1)?.key ?? ''
        if (found.length < keysAtOnce) return
      }
    },
  }
}

/** What comes in pieces of any size, in chunks of one size; one buffer is all that it takes. */
async function* inChunks(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let chunk = new Uint8Array(chunkBytes)
  let filled = 0
  for await (const piece of bytes) {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + chunkBytes - filled)
      chunk.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled < chunkBytes) continue
      yield chunk
      chunk = new Uint8Array(chunkBytes)
      filled = 0
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled)
}

function unavailable(error: unknown): never {
  throw isDatabaseUnavailable(error) ? new MediaStoreUnavailableError(error) : error
}
