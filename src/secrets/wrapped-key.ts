import { randomBytes } from 'node:crypto'
import { decrypt, encrypt } from '../lib/aes-gcm.ts'
import { createId } from '../lib/ids.ts'
import type { SealingKey } from '../lib/sealer.ts'

/** A data key as it is stored: sealed with one of the encryption keys. */
export type WrappedKey = { id: string; kekId: string; wrapped: Uint8Array }

export function createDataKey(): SealingKey {
  return { id: createId('DataKey'), key: randomBytes(32) }
}

export function wrap(dataKey: SealingKey, kek: SealingKey) {
  const wrapped = new Uint8Array(encrypt(kek.key, dataKey.key, boundTo(dataKey.id, kek.id)))
  return { id: dataKey.id, kekId: kek.id, wrapped }
}

/** `missing`: the encryption key is not there. `wrong`: it is there, and is another one. */
export function unwrap(
  { id, kekId, wrapped }: WrappedKey,
  encryptionKeys: readonly SealingKey[],
): SealingKey | 'missing' | 'wrong' {
  const kek = encryptionKeys.find((key) => key.id === kekId)
  if (!kek) return 'missing'
  const key = decrypt(kek.key, Buffer.from(wrapped), boundTo(id, kekId))
  return key ? { id, key } : 'wrong'
}

const boundTo = (id: string, kekId: string) => Buffer.from(['DataKey', id, kekId].join('|'))
