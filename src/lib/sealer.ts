import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A key that seals secrets: 32 bytes and a short id that every sealed value carries. */
export type SealingKey = { id: string; key: Buffer }

/** Where a sealed value lives. It opens nowhere else: not in another row, not for another tenant. */
export type SealContext = { tenantId: string; table: string; column: string; rowId: string }

export class UnsealError extends Error {
  override name = 'UnsealError'
}

const version = 1
const ivBytes = 12
const tagBytes = 16

export type Sealer = ReturnType<typeof createSealer>

/**
 * Seals secrets with AES-256-GCM before they touch the database. The first key seals; all of them open.
 *
 * Layout: version (1 byte), length of the key id (1), key id, iv (12), tag (16), ciphertext.
 */
export function createSealer(keys: SealingKey[]) {
  const active = keys[0]
  if (!active) throw new Error('createSealer needs at least one key')
  const byId = new Map(keys.map((key) => [key.id, key]))

  return {
    seal(secret: string, context: SealContext): Uint8Array<ArrayBuffer> {
      const header = Buffer.from([version, active.id.length, ...Buffer.from(active.id)])
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv('aes-256-gcm', active.key, iv, { authTagLength: tagBytes })
      cipher.setAAD(associatedData(header, context))
      const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
      return new Uint8Array(Buffer.concat([header, iv, cipher.getAuthTag(), ciphertext]))
    },

    /** @throws UnsealError when the value was made with an unknown key, for another place, or was altered. */
    open(sealed: Uint8Array, context: SealContext): string {
      const bytes = Buffer.from(sealed)
      const headerLength = 2 + (bytes[1] ?? 0)
      const header = bytes.subarray(0, headerLength)
      const keyId = header.subarray(2).toString()
      const key = byId.get(keyId)
      if (bytes[0] !== version || !key) {
        throw new UnsealError(`No key "${keyId}" to open a sealed value of ${context.table}`)
      }
      const iv = bytes.subarray(headerLength, headerLength + ivBytes)
      const tag = bytes.subarray(headerLength + ivBytes, headerLength + ivBytes + tagBytes)
      try {
        const decipher = createDecipheriv('aes-256-gcm', key.key, iv, { authTagLength: tagBytes })
        decipher.setAAD(associatedData(header, context))
        decipher.setAuthTag(tag)
        const ciphertext = bytes.subarray(headerLength + ivBytes + tagBytes)
        return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
      } catch {
        throw new UnsealError(
          `A sealed value of ${context.table} does not open: altered, or moved from another row`,
        )
      }
    },
  }
}

function associatedData(header: Uint8Array, context: SealContext): Buffer {
  const place = [context.tenantId, context.table, context.column, context.rowId].join('|')
  return Buffer.concat([header, Buffer.from(place)])
}
