import { after, type Clock, minutes } from '../lib/clock.ts'
import type { UrlSigner } from '../lib/url-signer.ts'

/** What an address leads to: something of `ownerId`, a call or a message of the tenant. */
export type MediaName = { tenantId: string; ownerId: string; mediaId: string }

export type MediaAddresses = ReturnType<typeof createMediaAddresses>

const goodFor = minutes(5)

/** Addresses of ours that are good for some minutes, and for one thing: nobody gets to see a token of RingCentral's. */
export function createMediaAddresses({
  signer,
  base,
  clock,
}: {
  signer: UrlSigner
  /** Where `mediaRoutes` are mounted, as the world sees it. */
  base: string
  clock: Clock
}) {
  const parts = ({ tenantId, ownerId, mediaId }: MediaName) => [tenantId, ownerId, mediaId]

  return {
    addressOf(name: MediaName): { url: string; expiresAt: Date } {
      const expiresAt = after(clock.now(), goodFor)
      const query = new URLSearchParams({
        tenant: name.tenantId,
        expires: String(expiresAt.getTime()),
        signature: signer.sign(parts(name), expiresAt),
      })
      const path = [name.ownerId, name.mediaId].map(encodeURIComponent).join('/')
      return { url: `${base}/${path}?${query}`, expiresAt }
    },

    isSigned: (name: MediaName, expires: number, signature: string): boolean =>
      signer.verify(parts(name), new Date(expires), signature, clock.now()),
  }
}
