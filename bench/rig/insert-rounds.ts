import pg from 'pg'
import { type Comparison, createComparison, note } from '../compare.ts'
import { startLoad } from '../load/load.ts'
import type { Wish } from '../load/requests.ts'
import type { Bench } from '../parts/part.ts'
import { watchDatabaseCpu } from './database-cpu.ts'
import { startPeer } from './peer.ts'
import { type Production, startProduction } from './production.ts'
import { type Entrant, takeTurn } from './turn.ts'

export const ours = 'RingQL'
export const byHand = 'hand-written INSERT'

const people = 8
const warmUps = 300

/**
 * The gateway and the hand-written insert in turn. Eight extensions are connected first; then a process
 * that is web alone takes their place, so that what follows from each piece of work (texts that leave, notifications
 * that are read) waits, and is not taken for accepting it.
 */
export async function takeInsertRounds(
  { home, rounds, takesPart, say }: Bench,
  work: {
    what: string
    unit: string
    requests: number
    connections: number
    /** Among how many tenants the extensions are shared out. */
    tenants: number
    wishOf(connected: Connected[], production: Production): Promise<Wish>
    /** What a good answer of ours has in it. */
    expects: string
    /** Counts what is there afterwards. */
    count: string
  },
): Promise<Comparison> {
  await using opened = new AsyncDisposableStack()
  const production = await startProduction(home)
  opened.defer(() => production.stop())
  say(`connecting ${people} extensions`)
  const connected = await connect(production, work.tenants)
  const wish = await work.wishOf(connected, production)
  const asker = await startLoad()
  opened.defer(() => asker.stop())
  const cpu = await watchDatabaseCpu(production.databaseUrl)
  opened.defer(() => cpu.close())
  const db = new pg.Client(production.databaseUrl)
  await db.connect()
  opened.defer(() => db.end())

  const entrants: Entrant[] = []
  if (takesPart(byHand)) {
    const server = await startPeer(
      'hand-written-insert',
      `${production.databaseUrl}?application_name=bench-hand`,
    )
    entrants.push({ name: byHand, server, url: server.url, wish, connectsAs: 'bench-hand' })
  }
  if (takesPart(ours)) {
    const server = await production.startGateway({ ROLE: 'web' })
    entrants.push({ name: ours, server, url: server.url, wish, connectsAs: 'ringql%' })
  }
  for (const { server } of entrants) opened.defer(() => server.stop())

  const { requests, connections } = work
  const comparison = createComparison(work.what, work.unit, requests)
  const counted = async () => Number((await db.query(work.count)).rows[0].count)
  for (let round = 0; round < rounds; round++) {
    for (const entrant of entrants) {
      say(`${work.what} ${round + 1} of ${rounds}: ${entrant.name}`)
      const expects = entrant.name === ours ? work.expects : '"id"'
      const plan = { from: round * 100_000, requests, warmUps, connections, expects }
      const before = await counted()
      note(comparison, entrant.name, await takeTurn(entrant, { asker, cpu }, plan))
      const there = (await counted()) - before
      if (entrant.name === ours && there !== warmUps + requests) {
        throw new Error(`${there} of ${warmUps + requests} are stored`)
      }
    }
  }
  return comparison
}

export type Connected = {
  apiKey: string
  people: Awaited<ReturnType<Production['connectPeople']>>
}

async function connect(production: Production, tenants: number): Promise<Connected[]> {
  const gateway = await production.startGateway()
  const connected: Connected[] = []
  for (let n = 0; n < tenants; n++) {
    const tenant = await gateway.createTenant()
    connected.push({
      apiKey: tenant.apiKey,
      people: await production.connectPeople(tenant, people / tenants),
    })
  }
  await gateway.stop()
  return connected
}
