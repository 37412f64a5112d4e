import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../db/client.ts'
import type { WebhookSubscription } from '../db/generated/client/client.ts'

/** A webhook that is listened to, with RingCentral's id of the extension that it is for. */
export type KnownWebhook = WebhookSubscription & { extension: { extensionId: string } }

/**
 * Finds webhooks by the id in their address. One statement at a time, for all that ask meanwhile, so that a
 * flood of invented addresses holds one connection at most; and none sooner than `restMs` after the first has asked.
 */
export function createWebhookFinder(db: Db, { restMs }: { restMs: number }) {
  let ids = new Set<string>()
  let upcoming: Promise<Map<string, KnownWebhook>> | undefined
  let running: Promise<unknown> = Promise.resolve()

  async function begin(): Promise<Map<string, KnownWebhook>> {
    await Promise.allSettled([running, restMs > 0 && sleep(restMs)])
    const asked = [...ids]
    ids = new Set()
    upcoming = undefined
    const found = load(asked)
    running = found
    return found
  }

  async function load(asked: string[]): Promise<Map<string, KnownWebhook>> {
    const webhooks = await db.webhookSubscription.findMany({
      where: { id: { in: asked }, status: { in: ['CREATING', 'ACTIVE'] } },
      include: { extension: { select: { extensionId: true } } },
    })
    return new Map(webhooks.map((webhook) => [webhook.id, webhook]))
  }

  return async (id: string): Promise<KnownWebhook | undefined> => {
    ids.add(id)
    upcoming ??= begin()
    return (await upcoming).get(id)
  }
}
