import type { Db } from '../db/client.ts'
import type { Upload } from '../db/generated/client/client.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { createId } from '../lib/ids.ts'
import type { UrlSigner } from '../lib/url-signer.ts'
import {
  maxBytes,
  maxUnusedUploads,
  TooManyUploadsError,
  UploadFinishedError,
  UploadNotReadyError,
} from './errors.ts'
import { takenAs } from './file-types.ts'
import { inspected, tooLarge, typeNotTaken } from './inspect.ts'
import { keepMedia } from './keep.ts'
import type { MediaStore } from './store.ts'
import { unusedFor } from './sweep.ts'

declare module '../graphql/context.ts' {
  interface Services {
    uploads: Uploads
  }
}

export type Uploads = ReturnType<typeof createUploads>

export type UploadInput = {
  fileName: string
  sizeBytes?: number | null | undefined
  contentType?: string | null | undefined
}

/** An address is handed to a browser and used at once. */
const goodFor = minutes(15)
const longestName = 255

/** Files that applications hand in, each by an address of ours that takes its bytes once. */
export function createUploads({
  db,
  store,
  signer,
  base,
  clock,
}: {
  db: Db
  store: MediaStore
  signer: UrlSigner
  /** Where `uploadRoutes` are mounted, as the world sees it. */
  base: string
  clock: Clock
}) {
  return {
    /** @throws InvalidInputError, UploadRefusedError, TooManyUploadsError */
    async create(tenantId: string, input: UploadInput): Promise<Upload> {
      const now = clock.now()
      const described = parse(input)
      if ((await countUnused(tenantId, now)) >= maxUnusedUploads) throw new TooManyUploadsError()
      return db.upload.create({
        data: {
          id: createId('Upload'),
          tenantId,
          ...described,
          createdAt: now,
          expiresAt: after(now, goodFor),
        },
      })
    },

    /** Where its bytes are to be put; null when it has them, or the time is over. */
    addressOf({ id, status, expiresAt }: Upload): string | null {
      if (status !== 'WAITING' || expiresAt <= clock.now()) return null
      const query = new URLSearchParams({
        expires: String(expiresAt.getTime()),
        signature: signer.sign([id], expiresAt),
      })
      return `${base}/${id}?${query}`
    },

    /** The bytes of a tenant's upload. @throws UploadNotReadyError, MediaLostError, MediaStoreUnavailableError */
    async read(tenantId: string, id: string): Promise<ReadableStream<Uint8Array>> {
      const upload = await db.upload.findUnique({ where: { id, tenantId } })
      if (!upload?.mediaId) throw new UploadNotReadyError(id)
      return store.read(upload.mediaId)
    },

    isSigned: (id: string, expires: number, signature: string): boolean =>
      signer.verify([id], new Date(expires), signature, clock.now()),

    /**
     * Takes the bytes of an upload. What breaks off or is refused leaves it waiting, and nothing in
     * the store. Undefined when there is no such upload, or its tenant may do nothing now.
     *
     * @throws UploadFinishedError, UploadRefusedError, MediaStoreUnavailableError, and what the source throws
     */
    async take(id: string, bytes: AsyncIterable<Uint8Array>): Promise<Upload | undefined> {
      const upload = await db.upload.findFirst({ where: { id, tenant: { status: 'ACTIVE' } } })
      if (!upload) return undefined
      if (upload.status !== 'WAITING') throw new UploadFinishedError()
      let contentType = ''
      const passed = inspected(bytes, upload, (is) => {
        contentType = is
      })
      const { tenantId } = upload
      const media = { tenantId, bytes: passed, contentType: () => contentType }
      const isFirst = await keepMedia({ db, store, clock }, media, async (tx, mediaId) => {
        // Of two who send bytes at the same time, the first one's are kept.
        const { count } = await tx.upload.updateMany({
          where: { id, status: 'WAITING' },
          data: { status: 'READY', mediaId },
        })
        return count === 1
      })
      if (!isFirst) throw new UploadFinishedError()
      return db.upload.findUniqueOrThrow({ where: { id } })
    },
  }

  /** Those that still may take their bytes, and those with bytes that no message has; no more of them than matter. */
  function countUnused(tenantId: string, now: Date): Promise<number> {
    return db.upload.count({
      where: {
        tenantId,
        createdAt: { gt: after(now, -unusedFor) },
        OR: [
          { status: 'WAITING', expiresAt: { gt: now } },
          { status: 'READY', media: { uses: { none: {} } } },
        ],
      },
      take: maxUnusedUploads,
    })
  }
}

function parse({ fileName, sizeBytes = null, contentType = null }: UploadInput) {
  const name = fileName.trim().toWellFormed()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no phone shows them
  if (name === '' || name.length > longestName || /[\u0000-\u001f\u007f/\\]/.test(name)) {
    throw new InvalidInputError(
      'fileName',
      `A file name has 1 to ${longestName} characters, without slashes, backslashes and control characters.`,
    )
  }
  if (sizeBytes !== null && sizeBytes < 1) {
    throw new InvalidInputError('sizeBytes', 'A file has at least one byte.')
  }
  if (sizeBytes !== null && sizeBytes > maxBytes) throw tooLarge()
  if (contentType !== null && !takenAs(contentType)) {
    throw typeNotTaken(JSON.stringify(contentType.slice(0, 100)))
  }
  return { fileName: name, sizeBytes, contentType }
}
