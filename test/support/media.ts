import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import type { TestTenant } from './gateway.ts'

/** A directory for media, and how to remove it. */
export async function createMediaDir() {
  const parent = await mkdtemp(join(tmpdir(), 'ringql-media-'))
  return {
    mediaDir: join(parent, 'media'),
    remove: () => rm(parent, { recursive: true, force: true }),
  }
}

/** A picture that says to be so large; with `sizeBytes` one whose file is. */
export function png({ width = 2, height = 2, sizeBytes = 0 } = {}): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const small = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(14))),
    chunk('IEND', Buffer.alloc(0)),
  ])
  if (sizeBytes <= small.length) return small
  return Buffer.concat([small, randomBytes(sizeBytes - small.length)])
}

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), content])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const shown = 'id status url expiresAt maxBytes fileName contentType sizeBytes sha256'

export type UploadInput = { fileName: string; contentType?: string; sizeBytes?: number }

/** What createUpload answers: the upload, or the typed error. */
export async function createUpload(tenant: Pick<TestTenant, 'query'>, input: UploadInput) {
  const { result } = await tenant.query(
    `mutation ($input: CreateUploadInput!) { result: createUpload(input: $input) {
      __typename ... on Upload { ${shown} } ... on Error { code message }
      ... on UploadRefusedError { reason } ... on InvalidInputError { field } } }`,
    { input },
  )
  return result
}

export async function findUpload(tenant: Pick<TestTenant, 'query'>, id: string) {
  return (await tenant.query(`{ upload(id: "${id}") { ${shown} } }`)).upload
}

/** Sends bytes to an upload's address. */
export async function put(url: string, bytes: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'PUT', body: bytes, headers })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** The id of an upload that can be attached. */
export async function uploaded(
  tenant: Pick<TestTenant, 'query'>,
  bytes: Uint8Array<ArrayBuffer> = png(),
  input: UploadInput = { fileName: 'dot.png' },
): Promise<string> {
  const { id, url } = await createUpload(tenant, input)
  const { status, body } = await put(url, bytes)
  if (status !== 200) throw new Error(`Not taken: ${JSON.stringify(body)}`)
  return id
}
