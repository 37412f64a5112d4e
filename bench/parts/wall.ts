import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { createApp } from '../../src/app.ts'
import { startEmbeddedPostgres } from '../../src/db/embedded-postgres.ts'
import { tenantRole } from '../../src/db/wall.ts'
import { costLimitOf } from '../../src/graphql/limit-cost.ts'
import { fillCalls } from '../fill/calls.ts'
import { fillConversations } from '../fill/conversations.ts'
import { createTenant, type Gateway, gatewayAt } from '../gateway.ts'
import type { Measured } from '../report.ts'

const rounds = 200
const warmUps = 10
const size = { messages: 200_000, conversations: 20_000 }
const calls = 200_000
const operatorKey = 'operator-key-of-the-bench'

const texts = `query ($filter: MessageFilter) { messages(first: 50, filter: $filter) {
  pageInfo { hasNextPage endCursor } nodes { id direction status from to text createdAt } } }`
const inbox = `query ($filter: ConversationFilter) { conversations(first: 50, filter: $filter) {
  pageInfo { hasNextPage endCursor }
  nodes { id number participants { number name } unreadCount assigneeId lastMessageAt extension { name }
    lastMessage { id text direction status createdAt } } } }`
const log = `query ($filter: CallLogFilter) { callLogs(first: 50, filter: $filter) {
  pageInfo { hasNextPage endCursor } nodes { id status direction result startedAt from { number name } extension { name } } } }`
const people = `query ($search: String) { directory(search: $search, first: 20) { nodes { extensionId name phoneNumbers } } }`

/** `of`: whose list; another company's are the calls. */
type Question = { what: string; of?: 'calls'; query: string; variables?: object }
const questions: Question[] = [
  { what: '50 texts', query: texts },
  {
    what: '50 texts of an extension',
    query: texts,
    variables: { filter: { extensionId: 'ext_a7' } },
  },
  { what: '50 texts with a word', query: texts, variables: { filter: { text: 'refund' } } },
  { what: '50 conversations with last text and names', query: inbox },
  {
    what: 'conversations with a participant',
    query: inbox,
    variables: { filter: { participant: '+14155007000' } },
  },
  { what: 'conversations, searched', query: inbox, variables: { filter: { search: 'guceba' } } },
  { what: 'conversations by a number', query: inbox, variables: { filter: { search: '41550' } } },
  { what: '50 calls', of: 'calls', query: log },
  {
    what: '50 calls of an extension',
    of: 'calls',
    query: log,
    variables: { filter: { extensionId: 'ext_bench7' } },
  },
  {
    what: '50 calls of a number',
    of: 'calls',
    query: log,
    variables: { filter: { number: '+14155000007' } },
  },
  { what: 'people, searched', query: people, variables: { search: 'colleague 1' } },
]

/**
 * What it costs that Postgres keeps tenants apart: two gateways on one database, one with the second wall and one
 * without, asked in turn.
 */
export async function measureWall(home: string): Promise<Measured[]> {
  await using opened = new AsyncDisposableStack()
  const dataDir = join(home, 'wall')
  const logger = pino({ level: 'silent' })
  const postgres = await startEmbeddedPostgres({ dataDir, log: logger })
  opened.defer(() => postgres.stop())
  const open = async (rowSecurity: boolean) => {
    const app = await createApp({
      ...{ port: 0, publicUrl: null, databaseUrl: postgres.url, redisUrl: null, rowSecurity },
      encryptionKeys: [{ id: 'bench', key: Buffer.alloc(32, 7) }],
      operatorKey,
      // Nobody is connected: nothing is asked there.
      ringCentral: { serverUrl: 'http://localhost:9', clientId: 'bench', clientSecret: null },
      tokenCallsPerMinute: 5,
      role: rowSecurity ? 'all' : 'web',
      graphiql: null,
      costLimit: costLimitOf(1_000_000_000),
      logger,
    })
    opened.defer(() => app.close())
    return app.url
  }
  const urls = { walled: await open(true), open: await open(false) }
  const operator = gatewayAt({ url: urls.walled, apiKey: operatorKey, simulatorUrl: '' })
  const texting = await createTenant(operator)
  const calling = await createTenant(operator)
  const db = new pg.Client(postgres.url)
  await db.connect()
  opened.defer(() => db.end())
  await fillConversations(db, { tenantId: texting.tenantId, rcAccountId: '1' }, size)
  const caller = { tenantId: calling.tenantId, extensionRowId: 'ext_bench1', rcAccountId: '1' }
  await fillCalls(db, caller, calls)

  const gateways = (of: 'calls' | undefined) => {
    const { apiKey } = of === 'calls' ? calling : texting
    const at = (url: string) => gatewayAt({ url, apiKey, simulatorUrl: '' })
    return { walled: at(urls.walled), open: at(urls.open) }
  }
  const asked = await inTurn(gateways)
  return [...asked, await bareStatement(db, postgres.url, texting.tenantId)]
}

async function inTurn(
  gateways: (of: 'calls' | undefined) => { walled: Gateway; open: Gateway },
): Promise<Measured[]> {
  const measured: Measured[] = []
  for (const { what, of, query, variables } of questions) {
    const { walled, open } = gateways(of)
    const ours: number[] = []
    const samples: number[] = []
    for (let i = 0; i < rounds + warmUps; i++) {
      const taken = { ours: 0, samples: 0 }
      // Who comes first finds less in the processor's caches.
      for (const which of i % 2 === 0
        ? (['ours', 'samples'] as const)
        : (['samples', 'ours'] as const)) {
        taken[which] = await (which === 'ours' ? walled : open).serverTime(query, variables)
      }
      if (i < warmUps) continue
      ours.push(taken.ours)
      samples.push(taken.samples)
    }
    measured.push({ what, unit: 'ms', ours, baseline: { name: 'without the wall', samples } })
  }
  return measured
}

/** One list by itself, as the gateway asks for it and nothing around it. */
async function bareStatement(db: pg.Client, url: string, tenantId: string): Promise<Measured> {
  const walled = new pg.Client(url)
  await walled.connect()
  await walled.query(`SELECT set_config('role', $1, false), set_config('app.tenant', $2, false)`, [
    tenantRole,
    tenantId,
  ])
  const time = async (client: pg.Client) => {
    const startedAt = performance.now()
    await client.query(
      'SELECT * FROM "Message" WHERE "tenantId" = $1 ORDER BY "createdAt" DESC, "id" DESC LIMIT 51',
      [tenantId],
    )
    return performance.now() - startedAt
  }
  const ours: number[] = []
  const samples: number[] = []
  for (let i = 0; i < rounds; i++) {
    ours.push(await time(walled))
    samples.push(await time(db))
  }
  await walled.end()
  return {
    ...{ what: '50 texts, the bare statement', unit: 'ms', ours },
    baseline: { name: 'without the wall', samples },
  }
}
