import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from '../lib/logger.ts'
import type { OpenCarrier } from './hint-carrier.ts'

const channel = 'ringql_events'
const heartbeatMs = 10_000
const reconnectMs = { first: 200, most: 5_000 }

/**
 * Carries hints over LISTEN/NOTIFY on a connection of its own. NOTIFY inside the writing transactions
 * would halve their throughput (they queue for one lock), so it is sent after the commit.
 */
export function postgresCarrier(databaseUrl: string, logger: Logger): OpenCarrier {
  return async (receive) => {
    let closed = false
    let client: pg.Client | undefined

    async function connect(): Promise<pg.Client> {
      const fresh = new pg.Client({
        connectionString: databaseUrl,
        application_name: 'ringql-hints',
        keepAlive: true,
        connectionTimeoutMillis: 5_000,
        query_timeout: 5_000,
      })
      fresh.on('notification', ({ payload }) => receive(payload ?? ''))
      fresh.on('error', (error) => lost(fresh, error))
      fresh.on('end', () => lost(fresh, new Error('connection ended')))
      await fresh.connect()
      await fresh.query(`LISTEN ${channel}`)
      return fresh
    }

    function lost(which: pg.Client, error: Error) {
      if (closed || client !== which) return
      client = undefined
      logger.warn(
        { err: error },
        'The connection for event hints was lost; polling until it is back',
      )
      which.end().catch(() => undefined)
      void reconnect()
    }

    async function reconnect() {
      for (let wait = reconnectMs.first; !closed && !client; ) {
        await sleep(wait, undefined, { ref: false })
        wait = Math.min(wait * 2, reconnectMs.most)
        client = await connect().catch(() => undefined)
        if (closed) await client?.end().catch(() => undefined)
      }
    }

    // A half-open connection says nothing by itself; asking it something finds out.
    const heartbeat = setInterval(() => {
      const asked = client
      asked?.query('SELECT 1').catch((error) => lost(asked, error))
    }, heartbeatMs)
    heartbeat.unref()

    client = await connect()
    return {
      async send(payload) {
        await client?.query('SELECT pg_notify($1, $2)', [channel, payload])
      },
      async close() {
        closed = true
        clearInterval(heartbeat)
        await client?.end().catch(() => undefined)
      },
    }
  }
}
