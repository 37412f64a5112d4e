import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createDatabase } from '../../src/db/client.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import { createExtensionAccess } from '../../src/extensions/access.ts'
import { createApps } from '../../src/extensions/apps.ts'
import { createGrants } from '../../src/extensions/grants.ts'
import { createTokenEndpoint } from '../../src/extensions/token-endpoint.ts'
import { createUses } from '../../src/extensions/uses.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createRingCentral } from '../../src/ringcentral/client.ts'
import { storedSealer } from '../support/stored-sealer.ts'
import type { Point } from './refresh-points.ts'

// The part of a worker that keeps tokens fresh, and nothing else of it, as a process of its own: makes one call in the
// name of an extension, which needs a new token, and dies where it is told to.
const {
  databaseUrl,
  ringCentral: options,
  clockAheadMs,
  extensionRowId,
  dieAt,
} = JSON.parse(process.argv[2] ?? '{}')
process.on('disconnect', () => process.exit())

function reach(point: Point) {
  if (dieAt !== point) return
  writeSync(1, `${point}\n`)
  process.kill(process.pid, 'SIGKILL')
}

const dyingFetch: typeof fetch = async (url, init) => {
  const isTokenCall = String(url).endsWith('/restapi/oauth/token')
  reach(isTokenCall ? 'before the call' : 'before first use')
  const response = await fetch(url, init)
  if (!isTokenCall) return response
  const body = await response.text()
  reach('after the response')
  return new Response(body, response)
}

const clock = { now: () => new Date(Date.now() + clockAheadMs) }
const logger = createLogger('error', process.stderr)
const db = createDatabase({ url: databaseUrl, applicationName: 'crash', poolSize: 2 })
const hints = {
  publish: () => undefined,
  listen: () => () => undefined,
  close: async () => undefined,
}
const eventLog = createEventLog({ db, hints })
const sealer = await storedSealer(databaseUrl, { id: 'crash', key: Buffer.alloc(32, 7) })
const apps = createApps({
  ...{ db, sealer, publicUrl: 'http://localhost', gatewayApp: options },
  reach: (app) => createRingCentral({ ...options, ...app, fetch: dyingFetch }),
})
const tokenEndpoint = createTokenEndpoint({ db, callsPerMinute: 1_000_000, clock })
const grants = createGrants({
  db,
  eventLog: {
    ...eventLog,
    async transaction(work) {
      const result = await eventLog.transaction(work)
      reach('after the commit')
      return result
    },
  },
  sealer,
  tokenEndpoint,
  apps,
  clock,
  logger,
})
const uses = createUses({ db, logger })
const access = createExtensionAccess({ db, grants, uses, apps, clock, logger })

const outcome = await access
  .call(extensionRowId, (api) => api.messages.listMessages({ dateFrom: clock.now(), perPage: 1 }))
  .then(
    () => 'worked',
    (error: Error) => `${error.name}: ${error.message}`,
  )
flushCompileCache()
process.send?.({ outcome }, () => process.exit())
