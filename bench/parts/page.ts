import pg from 'pg'
import { createComparison, has, note, ratio } from '../compare.ts'
import { fillMessages } from '../fill/messages.ts'
import type { TenantGateway } from '../gateway.ts'
import type { Goal } from '../goals.ts'
import { startLoad } from '../load/load.ts'
import type { Running } from '../processes.ts'
import { median } from '../report.ts'
import { type DatabaseCpu, usedBetween, watchDatabaseCpu } from '../rig/database-cpu.ts'
import { startPeer } from '../rig/peer.ts'
import { type Production, startProduction } from '../rig/production.ts'
import { type Entrant, takeTurn } from '../rig/turn.ts'
import type { Bench, Outcome } from './part.ts'

const ours = 'RingQL'
const fewRows = 50_000
const pages = 1_000
const plan = {
  from: 0,
  requests: 2_000,
  warmUps: 500,
  connections: 16,
  expects: '"hasNextPage":true',
}
/** Of page against page: one request at a time, so that a page's cost is its own. */
const turns = 200
const warmTurns = 5

const query = `query ($after: String) { messages(first: 50, after: $after) {
  edges { cursor node { id direction status from to text createdAt } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`
const postGraphilesQuery = `query ($tenantId: String!) {
  allMessages(first: 50, orderBy: [CREATED_AT_DESC, ROW_ID_DESC], condition: { tenantId: $tenantId }) {
    edges { cursor node { rowId direction status from to text createdAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

/** A table of messages, and the gateway in front of it. */
type Inbox = { gateway: Running; tenant: TenantGateway; databaseUrl: string }

/** A page of fifty messages, the workhorse of every inbox. */
export async function measurePage({ home, rounds, rows, takesPart, say }: Bench): Promise<Outcome> {
  await using opened = new AsyncDisposableStack()
  const production = await startProduction(home)
  opened.defer(() => production.stop())
  const asker = await startLoad()
  opened.defer(() => asker.stop())
  const cpu = await watchDatabaseCpu(production.databaseUrl)
  opened.defer(() => cpu.close())
  say(`filling ${rows} messages, and ${fewRows}`)
  const large = await openInbox(production, 'bench_large', rows)
  opened.defer(() => large.gateway.stop())
  const small = await openInbox(production, 'bench_small', fewRows)
  opened.defer(() => small.gateway.stop())

  const comparison = createComparison(`a page of 50 of ${rows} messages`, 'pages', plan.requests)
  const entrants = await startEntrants(large, takesPart)
  for (const { server } of entrants) opened.defer(() => server.stop())
  for (let round = 0; round < rounds; round++) {
    for (const entrant of entrants) {
      say(`page ${round + 1} of ${rounds}: ${entrant.name}`)
      note(comparison, entrant.name, await takeTurn(entrant, { asker, cpu }, plan))
    }
  }

  say(`page ${pages} against page 1, ${rows} messages against ${fewRows}`)
  const far = await cursorOf(large.tenant, pages - 1)
  const first = { inbox: large, variables: {} }
  const depth = await compare(first, { inbox: large, variables: { after: far } }, rounds, cpu)
  const size = await compare({ inbox: small, variables: {} }, first, rounds, cpu)
  return {
    comparisons: [comparison],
    goals: [
      ...peerGoals
        .filter(({ peer }) => has(comparison, peer, ours))
        .map(
          ({ peer, atLeast }): Goal => ({
            work: 'page of 50 messages',
            asked: { atLeast },
            unit: `× as cheap as ${peer}`,
            measured: ratio(comparison, peer, ours, 'cpuUs'),
            byClock: ratio(comparison, ours, peer, 'perSecond'),
            n: `${rounds} × ${plan.requests}`,
          }),
        ),
      ...[
        { work: `page ${pages} against page 1`, ...depth },
        { work: `${rows} rows against ${fewRows}`, ...size },
      ].map(
        ({ work, byCpu, byClock }): Goal => ({
          work,
          asked: { atMost: 1.2 },
          unit: '×, with Postgres',
          measured: byCpu,
          byClock,
          n: `${rounds} × ${turns}`,
        }),
      ),
    ],
  }
}

const peerGoals = [
  { peer: 'PostGraphile', atLeast: 1.7 },
  { peer: 'hand-written', atLeast: 0.7 },
]

async function startEntrants(
  { gateway, tenant, databaseUrl }: Inbox,
  takesPart: Bench['takesPart'],
): Promise<Entrant[]> {
  const { tenantId, apiKey } = tenant
  const named = (name: string) => `${databaseUrl}?application_name=${name}`
  const entrants: Entrant[] = []
  if (takesPart('hand-written')) {
    const server = await startPeer('hand-written-page', named('bench-hand'), tenantId)
    const wish = { kind: 'same' as const, path: '/', body: '{}' }
    entrants.push({ name: 'hand-written', server, url: server.url, wish, connectsAs: 'bench-hand' })
  }
  if (takesPart('PostGraphile')) {
    const server = await startPeer('postgraphile', named('bench-postgraphile'), 'bench')
    const body = JSON.stringify({ query: postGraphilesQuery, variables: { tenantId } })
    const wish = { kind: 'same' as const, path: '/graphql', body }
    entrants.push({
      ...{ name: 'PostGraphile', server, url: server.url, wish },
      connectsAs: 'bench-postgraphile',
    })
  }
  if (takesPart(ours)) {
    const headers = { authorization: `Bearer ${apiKey}` }
    const body = JSON.stringify({ query, variables: {} })
    const wish = { kind: 'same' as const, path: '/graphql', headers, body }
    entrants.push({ name: ours, server: gateway, url: tenant.url, wish, connectsAs: 'ringql%' })
  }
  return entrants
}

/** A database of its own, with so many messages of one tenant, and a view of them for those who need one. */
async function openInbox(production: Production, name: string, rows: number): Promise<Inbox> {
  const databaseUrl = await production.createDatabase(name)
  const gateway = await production.startGateway({ DATABASE_URL: databaseUrl })
  const tenant = await gateway.createTenant()
  const db = new pg.Client(databaseUrl)
  await db.connect()
  await fillMessages(db, tenant.tenantId, rows)
  await db.query(`
    CREATE SCHEMA bench;
    CREATE VIEW bench.messages AS SELECT "id", "tenantId" AS tenant_id, "direction", "status", "from", "to", "text",
      "createdAt" AS created_at FROM "Message";
    COMMENT ON VIEW bench.messages IS E'@primaryKey id\\n@behavior attribute:orderBy attribute:filterBy';`)
  await db.end()
  return { gateway, tenant, databaseUrl }
}

async function cursorOf(tenant: TenantGateway, page: number): Promise<string> {
  const step =
    'query ($after: String) { messages(first: 100, after: $after) { pageInfo { endCursor } } }'
  let after: string | null = null
  for (let read = 0; read < page * 50; read += 100) {
    const { messages } = await tenant.ask(step, { after })
    after = messages.pageInfo.endCursor
  }
  return after ?? ''
}

/** How much more the other costs than the one: of the gateway's and its Postgres' processor, and by the clock. */
async function compare(
  one: { inbox: Inbox; variables: object },
  other: { inbox: Inbox; variables: object },
  rounds: number,
  cpu: DatabaseCpu,
): Promise<{ byCpu: number; byClock: number }> {
  const ask = async ({ inbox, variables }: typeof one) => {
    const before = { server: await inbox.gateway.usage(), database: await cpu.read('ringql%') }
    const took: number[] = []
    for (let i = 0; i < turns; i++) took.push(await inbox.tenant.serverTime(query, variables))
    const after = { server: await inbox.gateway.usage(), database: await cpu.read('ringql%') }
    const database = usedBetween(before.database, after.database)
    const cpuUs = after.server.cpuUs - before.server.cpuUs + (Number.isNaN(database) ? 0 : database)
    return { cpuUs, tookMs: median(took) }
  }
  // One of them may have answered thousands before, and its code be compiled for it; the other not.
  for (let i = 0; i < warmTurns; i++) {
    await ask(one)
    await ask(other)
  }
  const ratios = { cpu: [] as number[], clock: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    const mine = await ask(one)
    const theirs = await ask(other)
    ratios.cpu.push(theirs.cpuUs / mine.cpuUs)
    ratios.clock.push(theirs.tookMs / mine.tookMs)
  }
  return { byCpu: median(ratios.cpu), byClock: median(ratios.clock) }
}
