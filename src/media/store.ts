import type { ByteRange } from '../http/byte-range.ts'

/** What a store has learned about bytes while it kept them. */
export type Kept = {
  sizeBytes: number
  /** In hexadecimal. */
  sha256: string
}

/** Where the bytes of media are. Knows nothing but keys: whose they are stands in our tables. */
export type MediaStore = {
  /**
   * Keeps what comes under a new key: all of it, or nothing when it breaks off. What the source throws
   * comes out as it is.
   *
   * @throws MediaStoreUnavailableError
   */
  write(key: string, bytes: AsyncIterable<Uint8Array>): Promise<Kept>
  /**
   * The bytes, as fast as they are read. It is known that they are there when this answers.
   *
   * @throws MediaLostError, MediaStoreUnavailableError
   */
  read(key: string, range?: ByteRange): Promise<ReadableStream<Uint8Array>>
  /** What is not there is fine. @throws MediaStoreUnavailableError */
  delete(key: string): Promise<void>
  /** What has been there since before a moment; with it goes what writers left behind when they died. */
  keysBefore(moment: Date): AsyncIterable<string>
}

/** The store works, and does not have it. */
export class MediaLostError extends Error {
  override name = 'MediaLostError'
  constructor(key: string) {
    super(`The media store does not have ${key}`)
  }
}

/** Another moment may have another answer. */
export class MediaStoreUnavailableError extends Error {
  override name = 'MediaStoreUnavailableError'
  constructor(cause: unknown) {
    super('The media store cannot be reached', { cause })
  }
}
