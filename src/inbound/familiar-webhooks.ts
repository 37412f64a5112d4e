import { type Clock, seconds } from '../lib/clock.ts'
import { createSecret, sameBytes } from '../lib/secrets.ts'
import type { KnownWebhook } from './find-webhook.ts'

/** Whoever ended one at another instance is not asked here before: what it brings meanwhile is not stored, see `store`. */
const rememberForMs = seconds(5)

type Familiar = { webhook: KnownWebhook; token: Uint8Array }

/**
 * The webhooks that came with their token a moment ago, so that not each notification costs a look into the database.
 * It lets in, and never refuses: whom it does not know is looked for. All are forgotten together, every few seconds,
 * so there are never more of them than have just been let in.
 */
export function createFamiliarWebhooks(clock: Clock) {
  const nobodysToken = bytesOf(createSecret())
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
      const known = familiar.get(id)
      // Whether there is one or not takes the same time.
      const isRight = sameBytes(bytesOf(token), known?.token ?? nobodysToken)
      return isRight ? known?.webhook : undefined
    },

    add(webhook: KnownWebhook, token: string): void {
      // What it is called at RingCentral is about to be learned.
      if (webhook.rcSubscriptionId === null) return
      familiar.set(webhook.id, { webhook, token: bytesOf(token) })
    },

    forget(id: string): void {
      familiar.delete(id)
    },
  }
}

/** As headers have them: a character is a byte. */
const bytesOf = (token: string) => Buffer.from(token, 'latin1')
