import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts'
import { migrate } from '../../src/db/migrate.ts'
import { bundle } from './bundle.ts'
import type { Cluster } from './cluster.ts'
import { createFleet, type Fleet, type Role } from './fleet.ts'
import { startTcpProxy } from './tcp-proxy.ts'

export type Rig = Awaited<ReturnType<typeof createRig>>

export const operatorKey = 'operator-key-of-the-crash-rig'

/** A fresh database, a RingCentral, cables between everybody, and room for processes of the gateway. */
export async function createRig(options: {
  cluster: Cluster
  seed: number
  app?: object
  simulator?: SimulatorOptions
}) {
  const { cluster, seed } = options
  await using opened = new AsyncDisposableStack()
  const logs = await mkdtemp(join(tmpdir(), 'ringql-crash-logs-'))
  const bundled = await bundle(['instance.ts', 'refresher.ts'])
  opened.defer(bundled.remove)
  const databaseUrl = await cluster.createDatabase()
  await migrate(databaseUrl)
  // Our own look at the truth: past the cables, and with a new connection when Postgres has been away.
  const database = new pg.Pool({ connectionString: databaseUrl, max: 3 })
  database.on('error', () => undefined)
  opened.defer(() => database.end())

  const simulator = await startSimulator({ limits: false, seed, ...options.simulator })
  opened.defer(() => simulator.close())

  const fleets: Fleet[] = []
  let turn = 0
  const nextWeb = () => {
    const webs = fleets.flatMap((fleet) => (fleet.role === 'web' ? fleet.all() : []))
    const ports = webs.flatMap((web) => web.port ?? [])
    turn += 1
    return ports[turn % ports.length]
  }
  const cables = {
    /** Where clients and RingCentral's webhooks come in: a load balancer before the web processes. */
    front: await startTcpProxy(nextWeb),
    ringCentral: await startTcpProxy(() => simulator.port),
    postgres: await startTcpProxy(() => Number(new URL(databaseUrl).port)),
  }
  for (const cable of Object.values(cables)) opened.defer(() => cable.close())
  const throughCable = new URL(databaseUrl)
  throughCable.port = String(cables.postgres.port)
  const url = `http://127.0.0.1:${cables.front.port}`

  const app = {
    publicUrl: url,
    databaseUrl: throughCable.href,
    operatorKey,
    ringCentral: {
      serverUrl: `http://127.0.0.1:${cables.ringCentral.port}`,
      clientId: simulator.clientId,
      clientSecret: simulator.clientSecret,
    },
    logLevel: 'error',
    ...options.app,
  }
  const running = opened.move()
  return {
    url,
    app,
    database,
    databaseUrl,
    simulator,
    cluster,
    cables,
    logs,

    fileOf: bundled.fileOf,

    async startFleet(role: Role, size: number, more: object = {}): Promise<Fleet> {
      const file = bundled.fileOf('instance.ts')
      const fleet = createFleet({ role, size, file, app: { ...app, ...more }, logs })
      fleets.push(fleet)
      await fleet.start()
      return fleet
    },

    /** Rows, asked again when Postgres is away. */
    async rows<Row = any>(sql: string, values: unknown[] = []): Promise<Row[]> {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return (await database.query(sql, values)).rows
        } catch (error) {
          if (
            attempt === 50 ||
            (error as { severity?: string; code?: string }).code?.startsWith('42')
          )
            throw error
          await new Promise((resolve) => setTimeout(resolve, 200))
        }
      }
    },

    async stop({ keepLogs = false } = {}) {
      for (const fleet of fleets) await fleet.stop()
      await running.disposeAsync()
      if (!keepLogs) await rm(logs, { recursive: true, force: true })
    },
  }
}
