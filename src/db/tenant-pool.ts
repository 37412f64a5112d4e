import pg from 'pg'
import { requestScope } from '../lib/request-scope.ts'
import { tenantRole } from './wall.ts'

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  release: (error?: boolean | Error) => void,
) => void

/** On whose behalf a connection works; undefined: the gateway's own. An empty name is nobody's, and shows nothing. */
type Owner = string | undefined

/**
 * A pool whose connections show what belongs to the tenant of the request, and nothing else: row-level security
 * sees to it, see wall.ts. Who takes a connection on behalf of nobody gets one of the gateway's own, which sees all.
 *
 * A connection stays whose it was until somebody else takes it, so most requests pay no round trip for it.
 */
export class TenantPool extends pg.Pool {
  readonly #owners = new WeakMap<pg.PoolClient, Owner>()
  readonly #isWalled: boolean

  /** Without a wall all connections are the gateway's. */
  constructor(config: pg.PoolConfig, isWalled: boolean) {
    super(config)
    this.#isWalled = isWalled
  }

  override connect(): Promise<pg.PoolClient>
  override connect(connected: Connected): void
  // biome-ignore lint/suspicious/noConfusingVoidType: as pg declares it
  override connect(connected?: Connected): Promise<pg.PoolClient> | void {
    const owner = this.#isWalled ? requestScope.getStore()?.tenantId : undefined
    const ready = this.#take(owner)
    if (!connected) return ready
    ready.then(
      (client) => connected(undefined, client, client.release),
      (error) => connected(error, undefined, () => undefined),
    )
  }

  async #take(owner: Owner): Promise<pg.PoolClient> {
    this.#prefer(owner)
    const client = await super.connect()
    if (this.#owners.get(client) === owner) return client
    try {
      await client.query({
        name: 'on-behalf-of',
        text: `SELECT set_config('role', $1, false), set_config('app.tenant', $2, false)`,
        values: [owner === undefined ? 'none' : tenantRole, owner ?? ''],
      })
    } catch (error) {
      // Whose it is now nobody knows.
      client.release(error as Error)
      throw error
    }
    this.#owners.set(client, owner)
    return client
  }

  /**
   * The pool takes the last of those that lie idle, a moment later: until then those behind `free` are promised to who asked
   * before. For speed alone: without this list of pg's, nothing is less safe.
   */
  #prefer(owner: Owner): void {
    const { _idle: idle = [] } = this as unknown as { _idle?: { client: pg.PoolClient }[] }
    const free = idle.length - this.waitingCount
    const place = idle.findLastIndex(
      ({ client }, index) => index < free && this.#owners.get(client) === owner,
    )
    if (place >= 0) idle.splice(free - 1, 0, ...idle.splice(place, 1))
  }
}
