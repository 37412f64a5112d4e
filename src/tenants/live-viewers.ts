import type { Db } from '../db/client.ts'
import type { Viewer } from '../graphql/context.ts'
import type { Clock } from '../lib/clock.ts'
import { every } from '../lib/every.ts'
import type { Logger } from '../lib/logger.ts'

export type LiveViewers = ReturnType<typeof createLiveViewers>

const checkEveryMs = 1_500

/**
 * Those who stay on the line (WebSockets, SSE). A key that is revoked or a tenant that is suspended
 * ends them within 2 seconds, on every instance: each asks the database for its own.
 */
export function createLiveViewers({ db, clock, logger }: { db: Db; clock: Clock; logger: Logger }) {
  const live = new Map<string, Set<AbortController>>()

  async function check() {
    // Those that were asked about: who comes while the database thinks is not in its answer.
    const asked = [...live.keys()]
    if (asked.length === 0) return
    const welcome = await db.apiKey.findMany({
      where: {
        id: { in: asked },
        revokedAt: null,
        OR: [{ expiresAt: null }, { expiresAt: { gt: clock.now() } }],
        tenant: { status: 'ACTIVE' },
      },
      select: { id: true },
    })
    const ids = new Set(welcome.map((key) => key.id))
    for (const id of asked.filter((key) => !ids.has(key))) {
      const viewers = live.get(id) ?? []
      live.delete(id)
      for (const viewer of viewers) viewer.abort()
    }
  }
  const checks = every(checkEveryMs, check, (error) =>
    logger.warn({ err: error }, 'Could not check who may stay on the line; trying again'),
  )

  return {
    /** A signal that fires when the viewer is no longer welcome. Call `leave` when it hangs up. */
    watch(viewer: Viewer): { ended: AbortSignal; leave: () => void } {
      const controller = new AbortController()
      if (viewer.kind === 'operator') return { ended: controller.signal, leave: () => undefined }
      const { apiKeyId } = viewer
      const viewers = live.get(apiKeyId) ?? new Set()
      live.set(apiKeyId, viewers.add(controller))
      return {
        ended: controller.signal,
        leave() {
          viewers.delete(controller)
          if (viewers.size === 0 && live.get(apiKeyId) === viewers) live.delete(apiKeyId)
        },
      }
    },
    close: checks.close,
  }
}
