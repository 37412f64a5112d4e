import type { ChildProcess } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Binaries, postgresBinaries } from './embedded/binaries.ts'
import { type Cluster, ensureCluster, findCluster, urlOf } from './embedded/cluster.ts'
import { findPostmaster, freePort, launch } from './embedded/postmaster.ts'
import { isPassing, leave, takePresence } from './embedded/presence.ts'

const DATABASE = 'ringql'

export interface EmbeddedPostgresOptions {
  dataDir: string
  log: Pick<Logger, 'info' | 'warn'>
  /** More arguments for `postgres`, when it is us who start it. */
  flags?: string[]
}

export interface EmbeddedPostgres {
  url: string
  /** Leaves; the last process to leave stops Postgres. */
  stop(): Promise<void>
  notice?: string
}

/**
 * Starts the Postgres of a data directory, or joins the one that runs there already: several processes may share it,
 * start together, and be killed at any moment. Should Postgres die under us, it is started again on the same port.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { log, flags = [] } = options
  const cluster = await findCluster(options.dataDir)
  const binaries = await postgresBinaries(cluster.account)
  await ensureCluster(cluster, binaries)
  const server = { cluster, binaries, flags }

  let leaving = false
  let session = await join(server)
  const { port } = session
  await ensureDatabase(session.presence)

  let returning: Promise<void> | undefined
  const watch = () => {
    // A process that forgets to leave may still exit.
    session.presence.unref()
    session.presence.on('end', () => {
      returning = comeBack()
    })
  }
  const comeBack = async () => {
    while (!leaving) {
      log.warn({ port }, 'the embedded Postgres went away; starting it again')
      try {
        session = await join(server, port)
        return watch()
      } catch (error) {
        log.warn({ err: error }, 'the embedded Postgres does not come back')
        await delay(1000)
      }
    }
  }
  watch()
  log.info({ port, directory: cluster.directory }, 'embedded Postgres is ready')

  let left: Promise<void> | undefined
  return {
    url: urlOf(cluster, port, DATABASE),
    stop() {
      leaving = true
      left ??= Promise.resolve(returning).then(() => leave(session.presence, cluster))
      return left
    },
    notice: cluster.notice,
  }
}

interface Server {
  cluster: Cluster
  binaries: Binaries
  flags: string[]
}

// Whoever finds nobody running starts Postgres; it lets only one live in a directory, and the losers join the winner.
async function join({ cluster, binaries, flags }: Server, wantedPort?: number) {
  const deadline = performance.now() + 60_000
  let launches = 0
  let child: ChildProcess | undefined
  let lastError: unknown
  while (performance.now() < deadline) {
    const postmaster = await findPostmaster(cluster)
    if (postmaster) {
      try {
        return { port: postmaster.port, presence: await takePresence(cluster, postmaster.port) }
      } catch (error) {
        if (!isPassing(error)) throw error
        lastError = error
      }
    } else if (!child || hasExited(child)) {
      if (launches === 5) break
      // The second try waits: for the port, or for what is left of a Postgres that was killed.
      await delay(launches * 200)
      child = await launch(cluster, binaries, { port: wantedPort ?? (await freePort()), flags })
      launches += 1
    }
    await delay(20)
  }
  const tail = (await readFile(cluster.logFile, 'utf8').catch(() => ''))
    .trim()
    .split('\n')
    .slice(-8)
    .join('\n')
  throw new Error(`The embedded Postgres does not start. ${cluster.logFile} ends with:\n${tail}`, {
    cause: lastError,
  })
}

function hasExited(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
    DATABASE,
  ])
  if (rowCount) return
  await client.query(`CREATE DATABASE ${DATABASE}`).catch((error) => {
    // Made by a process that started together with us.
    if (error.code !== '42P04' && error.code !== '23505') throw error
  })
}
