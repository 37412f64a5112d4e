import { createHash } from 'node:crypto'
import { isDatabaseUnavailable } from '../db/errors.ts'
import { createPool, type DatabaseOptions } from '../db/pool.ts'
import { type Kept, MediaLostError, type MediaStore, MediaStoreUnavailableError } from './store.ts'

/** Each chunk but the last has so many bytes: where a range begins can be counted. */
const chunkBytes = 256 * 1024
const keysAtOnce = 500
/** Connections: more would not be faster. */
const atOnce = 8

type StoreOptions = Pick<DatabaseOptions, 'url' | 'applicationName'>
type PostgresStore = MediaStore & { close(): Promise<void> }

/**
 * Keeps media in Postgres, in chunks: nothing to mount and one backup for all. Chunks are written one by
 * one, not in one long transaction: nobody reads a key before its row in `Media` is committed, and what a
 * writer leaves behind when it dies is swept.
 *
 * Past Prisma, which writes bytes as base64 into JSON and takes several times as long. Its connections are its own, so
 * that files hold up nobody's questions.
 */
export function createPostgresStore({ url, applicationName }: StoreOptions): PostgresStore {
  // No chunk waits for the disk: Postgres writes its log in order, so the commit of the row in `Media` takes all of
  // them along.
  const settings = { synchronous_commit: 'off' }
  const pool = createPool({ url, applicationName, poolSize: atOnce }, settings)

  const query = <Row extends object>(sql: string, values: unknown[]): Promise<Row[]> =>
    pool.query<Row>(sql, values).then(({ rows }) => rows, unavailable)

  const chunk = async (key: string, number: number): Promise<Buffer | undefined> => {
    // As base64: what `pg` understands otherwise is hexadecimal, which is longer, and slower to read.
    const [found] = await query<{ bytes: string }>(
      `SELECT encode("bytes", 'base64') AS "bytes" FROM "MediaChunk" WHERE "key" = $1 AND "number" = $2`,
      [key, number],
    )
    return found && Buffer.from(found.bytes, 'base64')
  }

  const remove = async (key: string) => {
    await query('DELETE FROM "MediaChunk" WHERE "key" = $1', [key])
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
          await query('INSERT INTO "MediaChunk" ("key", "number", "bytes") VALUES ($1, $2, $3)', [
            key,
            number,
            piece,
          ])
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
      let next: Buffer | undefined = await chunk(key, number)
      if (!next) throw new MediaLostError(key)
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            next ??= await chunk(key, number)
            if (!next) return controller.close()
            const from = number * chunkBytes
            const piece = next.subarray(Math.max(0, start - from), end + 1 - from)
            const isLast = next.length < chunkBytes || end < from + chunkBytes
            next = undefined
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
        const found = await query<{ key: string }>(
          `SELECT "key" FROM "MediaChunk" WHERE "number" = 0 AND "createdAt" < $1 AND "key" > $2
           ORDER BY "key" LIMIT ${keysAtOnce}`,
          [moment, last],
        )
        for (const { key } of found) yield key
        last = found.at(-1)?.key ?? ''
        if (found.length < keysAtOnce) return
      }
    },

    close: () => pool.end(),
  }
}

/**
 * What comes in pieces of any size, in chunks of one size. All of them are in the same buffer, one after the other:
 * who takes one is done with it when asking for the next.
 */
async function* inChunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(chunkBytes)
  let filled = 0
  for await (const piece of bytes) {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + chunkBytes - filled)
      chunk.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled < chunkBytes) continue
      yield chunk
      filled = 0
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled)
}

function unavailable(error: unknown): never {
  throw isDatabaseUnavailable(error) ? new MediaStoreUnavailableError(error) : error
}
