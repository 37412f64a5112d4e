import { decrypt, encrypt } from './aes-gcm.ts'

/** A key that seals: 32 bytes and a short id that every sealed value carries. */
export type SealingKey = { id: string; key: Buffer }

/** The data keys: one seals, all of them open. */
export type Keyring = {
  active(): SealingKey
  /** Asks anew for a key that it does not know: another process may have made it. */
  find(id: string): Promise<SealingKey | undefined>
}

/** Where a sealed value lives. It opens nowhere else: not in another row, not for another tenant. */
export type SealContext = { tenantId: string; table: string; column: string; rowId: string }

/** The value was altered, or moved from another row: no key will ever open it here. */
export class UnsealError extends Error {
  override name = 'UnsealError'
}

/** The key that it names is not at hand. */
export class UnknownKeyError extends Error {
  override name = 'UnknownKeyError'
}

/** Sealed with a data key; before there were any, it was done with an encryption key itself. */
export const versions = { dataKey: 2, encryptionKey: 1 } as const

export type Sealer = ReturnType<typeof createSealer>

/**
 * Seals secrets with AES-256-GCM before they touch the database, bound to their place and their key.
 *
 * Layout: version (1 byte), length of the key id (1), key id, iv (12), tag (16), ciphertext.
 *
 * `encryptionKeys` open what was sealed before there were data keys.
 */
export function createSealer(dataKeys: Keyring, encryptionKeys: readonly SealingKey[] = []) {
  return {
    seal(secret: string, context: SealContext): Uint8Array<ArrayBuffer> {
      const { id, key } = dataKeys.active()
      const header = headerOf(id)
      const body = encrypt(key, Buffer.from(secret), boundTo(header, context))
      return new Uint8Array(Buffer.concat([header, body]))
    },

    /** @throws UnsealError when it was altered or belongs elsewhere, UnknownKeyError when its key is missing */
    async open(sealed: Uint8Array, context: SealContext): Promise<string> {
      const bytes = Buffer.from(sealed)
      const header = bytes.subarray(0, 2 + (bytes[1] ?? 0))
      const keyId = header.subarray(2).toString()
      const found =
        bytes[0] === versions.dataKey
          ? await dataKeys.find(keyId)
          : bytes[0] === versions.encryptionKey
            ? encryptionKeys.find(({ id }) => id === keyId)
            : undefined
      if (!found) {
        throw new UnknownKeyError(`No key "${keyId}" to open a sealed value of ${context.table}`)
      }
      const secret = decrypt(found.key, bytes.subarray(header.length), boundTo(header, context))
      if (secret) return secret.toString('utf8')
      throw new UnsealError(
        `A sealed value of ${context.table} does not open: altered, or moved from another row`,
      )
    },
  }
}

/** What a value begins with that was sealed with this key. */
export function headerOf(keyId: string, version: number = versions.dataKey): Buffer {
  return Buffer.from([version, keyId.length, ...Buffer.from(keyId)])
}

/** Keys that do not change. */
export function keyringOf(active: SealingKey, others: readonly SealingKey[] = []): Keyring {
  const byId = new Map([active, ...others].map((key) => [key.id, key]))
  return { active: () => active, find: async (id) => byId.get(id) }
}

function boundTo(header: Uint8Array, context: SealContext): Buffer {
  const place = [context.tenantId, context.table, context.column, context.rowId].join('|')
  return Buffer.concat([header, Buffer.from(place)])
}
