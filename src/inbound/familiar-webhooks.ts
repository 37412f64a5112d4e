import { type Clock, seconds } from '../lib/clock.ts'
import { sameHash, sha256 } from '../lib/secrets.ts'
import type { KnownWebhook } from './find-webhook.ts'

/** Whoever ended one at another instance is not asked here before: what it brings meanwhile is not stored, see `store`. */
const rememberForMs = seconds(5)

type Familiar = { webhook: KnownWebhook; tokenHash: Uint8Array }

/**
 * The webhooks that came with their token a moment ago, so that not each notification costs a look into the database.
 * It lets in, and never refuses: whom it does not know is looked for. All are forgotten together, every few seconds,
 * so there are never more of them than have just been let in.
 */
export function createFamiliarWebhooks(clock: Clock) {
  let familiar = new Map<string, Familiar>()
  let forgetAt = 0

  return {
    /** The webhook of this address, if that is its token. */
    find(id: string, token: string): KnownWebhook | undefined {
      const now = clock.now().getTime()
      if (now >= forgetAt || now < forgetAt - rememberForMs) {
        familiar = new Map()
        forgetAt = now + rememberForMs
      }
      // Whether there is one or not takes the same time.
      const tokenHash = sha256(token)
      const known = familiar.get(id)
      return known && sameHash(tokenHash, known.tokenHash) ? known.webhook : undefined
    },

    add(webhook: KnownWebhook, token: string): void {
      // What it is called at RingCentral is about to be learned.
      if (webhook.rcSubscriptionId === null) return
      familiar.set(webhook.id, { webhook, tokenHash: sha256(token) })
    },

    forget(id: string): void {
      familiar.delete(id)
    },
  }
}
