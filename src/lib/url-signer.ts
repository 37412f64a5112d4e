import { createHmac, hkdfSync } from 'node:crypto'
import type { SealingKey } from './sealer.ts'
import { sameSecret } from './secrets.ts'

export type UrlSigner = ReturnType<typeof createUrlSigner>

/**
 * Signs what an address names, so that it works without a key, until a time, and for nothing else. The keys
 * are derived from those that seal: the first one signs, all of them verify, and each `purpose` has its own.
 */
export function createUrlSigner(keys: SealingKey[], purpose: string) {
  const derived = keys.map(({ key }) =>
    Buffer.from(hkdfSync('sha256', key, '', `url:${purpose}`, 32)),
  )
  const [active] = derived
  if (!active) throw new Error('createUrlSigner needs at least one key')
  const mac = (key: Buffer, parts: readonly string[], expiresAt: number) =>
    createHmac('sha256', key)
      .update(JSON.stringify([...parts, expiresAt]))
      .digest('base64url')

  return {
    sign: (parts: readonly string[], expiresAt: Date): string =>
      mac(active, parts, expiresAt.getTime()),

    verify(parts: readonly string[], expiresAt: Date, signature: string, now: Date): boolean {
      if (!(expiresAt > now)) return false
      const matching = derived.map((key) =>
        sameSecret(signature, mac(key, parts, expiresAt.getTime())),
      )
      return matching.includes(true)
    },
  }
}
