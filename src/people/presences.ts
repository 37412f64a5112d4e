import { setTimeout as sleep } from 'node:timers/promises'
import type { Db } from '../db/client.ts'
import type { Extension, Presence } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { whereTokenLives } from '../extensions/token-lives.ts'
import { after, type Clock, minutes } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import { whereOn } from '../tenants/features.ts'
import type { ToldPresence } from './presence-facts.ts'
import { recordPresence } from './record-presence.ts'

declare module '../graphql/context.ts' {
  interface Services {
    presences: Presences
  }
}

export type Presences = ReturnType<typeof createPresences>

/** Notifications keep a presence fresh; whether one got lost is found out when somebody looks. */
const staleAfter = minutes(3)
/** The rest of the Light calls stays with messages. */
const share = 0.3
/** Then what is known is answered; the read goes on. */
const waitAtMost = 700

/** Who is free: as RingCentral told, and read again where that is old. */
export function createPresences({
  db,
  eventLog,
  access,
  clock,
  logger,
}: {
  db: Db
  eventLog: EventLog
  access: ExtensionAccess
  clock: Clock
  logger: Logger
}) {
  /** Has RingCentral answer a presence, and notes it unless a notification comes in meanwhile. @returns the answer */
  async function learn(
    extensionRowId: string,
    ask: (api: RingCentralApi) => Promise<ToldPresence>,
    budget: { share?: number } = {},
  ): Promise<ToldPresence> {
    const known = await db.presence.findUnique({ where: { extensionRowId } })
    const source = { by: 'read', sequenceBefore: known?.sequence ?? null } as const
    const told = await access.call(extensionRowId, ask, budget)
    await eventLog.transaction((tx, record) =>
      recordPresence(tx, record, extensionRowId, told, source, clock.now()),
    )
    return told
  }

  async function read(extension: Pick<Extension, 'id' | 'scopes'>): Promise<void> {
    if (!covers(extension, 'ReadPresence')) return
    await learn(extension.id, ({ presence }) => presence.get(), { share })
  }

  // Who looks while a read is under way waits for it too.
  const running = new Map<string, Promise<void>>()

  function readOnce(extension: Pick<Extension, 'id' | 'scopes'>): Promise<void> {
    const { id } = extension
    const known = running.get(id)
    if (known) return known
    const reading = read(extension)
      .catch((error) => logger.info({ err: error, extension: id }, 'A presence could not be read'))
      .finally(() => running.delete(id))
    running.set(id, reading)
    return reading
  }

  const stored = async (ids: readonly string[]) => {
    const found = await db.presence.findMany({ where: { extensionRowId: { in: [...ids] } } })
    return new Map(found.map((presence) => [presence.extensionRowId, presence]))
  }

  return {
    learn,
    read,

    /** The presences of some extensions, fresh where that costs no more than a moment; null of whom none is known. */
    async of(ids: readonly string[]): Promise<(Presence | null)[]> {
      const known = await stored(ids)
      const fresh = after(clock.now(), -staleAfter)
      const old = ids.filter((id) => (known.get(id)?.updatedAt ?? new Date(0)) < fresh)
      if (old.length === 0) return ids.map((id) => known.get(id) ?? null)
      // Nobody's token is renewed for a look.
      const readable = await db.extension.findMany({
        where: {
          id: { in: old },
          grant: whereTokenLives(clock.now()),
          tenant: whereOn('PRESENCE'),
        },
        select: { id: true, scopes: true },
      })
      const enough = new AbortController()
      const patience = sleep(waitAtMost, undefined, { signal: enough.signal }).catch(
        () => undefined,
      )
      await Promise.race([Promise.all(readable.map(readOnce)), patience])
      enough.abort()
      const now = await stored(ids)
      return ids.map((id) => now.get(id) ?? null)
    },
  }
}
