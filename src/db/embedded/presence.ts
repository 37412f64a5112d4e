import pg from 'pg'
import { type Cluster, urlOf } from './cluster.ts'
import { findPostmaster, stopPostmaster } from './postmaster.ts'

// Every process that uses the cluster holds this advisory lock, shared, in a session of its own. The system ends the
// session with the process, however that dies, so there is nothing stale to clean up and no process id to mistake.
const PRESENCE = "hashtext('ringql: this cluster is in use')"

// Missing in pg's types: whether the connection keeps the process alive.
export type Presence = pg.Client & { ref(): void; unref(): void }

/** Says that we use the cluster; for as long as the session lives. */
export async function takePresence(cluster: Cluster, port: number): Promise<Presence> {
  const presence = new pg.Client({
    connectionString: urlOf(cluster, port, 'postgres'),
    application_name: 'ringql presence',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
  }) as Presence
  // Its end is what we listen for.
  presence.on('error', () => undefined)
  try {
    await presence.connect()
    // Waits while somebody who was the last one stops the server, and is then told to come again.
    await presence.query(`SELECT pg_advisory_lock_shared(${PRESENCE})`)
    return presence
  } catch (error) {
    // Not awaited: after a refusal, pg's end() may never come back.
    void presence.end().catch(() => undefined)
    throw error
  }
}

/** Ends our presence, and Postgres with it when nobody else is there. */
export async function leave(presence: Presence, cluster: Cluster): Promise<void> {
  presence.ref()
  try {
    await presence.query(`SELECT pg_advisory_unlock_shared(${PRESENCE})`)
    const { rows } = await presence.query(`SELECT pg_try_advisory_lock(${PRESENCE}) AS last`)
    const postmaster = rows[0]?.last ? await findPostmaster(cluster) : undefined
    if (postmaster) await stopPostmaster(postmaster)
  } catch (error) {
    // Gone already: nothing to leave.
    if (!isPassing(error)) throw error
  } finally {
    void presence.end().catch(() => undefined)
  }
}

/** Refused, starting up, shutting down, terminated, full: another moment, another answer. */
export function isPassing(error: unknown): boolean {
  const { code = '', message = '' } = error as { code?: string; message?: string }
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|57P0[123]|53300)$/.test(code) ||
    /terminated|timeout|not queryable/i.test(message)
  )
}
