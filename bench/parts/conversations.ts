import type pg from 'pg'
import { fillConversations } from '../fill/conversations.ts'
import type { Gateway } from '../gateway.ts'
import type { Measured } from '../report.ts'
import { timeAnswers, timeEach } from '../rig/answers.ts'

const size = { messages: 1_000_000, conversations: 50_000 }

const list = `query ($filter: ConversationFilter, $after: String) {
  conversations(first: 50, filter: $filter, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id type number participants { number } unreadCount assigneeId archivedAt lastMessageAt }
  }
}`
const inbox = `query ($filter: ConversationFilter) {
  conversations(first: 50, filter: $filter) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id number participants { number name } unreadCount assigneeId lastMessageAt extension { name }
      lastMessage { id text direction status createdAt }
    }
  }
}`
const preview = `query {
  conversations(first: 50) {
    nodes { id participants { number name } messages(first: 3) { nodes { id text direction status createdAt } } }
  }
}`

/** What somebody types: parts of numbers, names, and words that are in every text, in some, in few and in none. */
const typed = [
  '4155',
  '(415) 501-2345',
  'diaz',
  'customer 1000',
  'order',
  'order refund',
  'refund',
  'guceba',
  '345678',
  'zebra',
]

/** A page of the inbox of a company with fifty numbers, among other tenants. */
export async function measureConversations(gateway: Gateway, db: pg.Client): Promise<Measured[]> {
  const { rows } = await db.query('SELECT "tenantId", "rcAccountId" FROM "Extension" LIMIT 1')
  await fillConversations(db, rows[0], size)
  return timeConversations(gateway, db, rows[0].tenantId)
}

/** Of an inbox that is filled. */
export async function timeConversations(
  gateway: Gateway,
  db: pg.Client,
  tenantId: string,
): Promise<Measured[]> {
  const baseline = {
    name: 'pg: SELECT … LIMIT 50',
    samples: await timeEach(() =>
      db.query(
        `SELECT * FROM "Conversation" WHERE "tenantId" = $1 AND "archivedAt" IS NULL
         ORDER BY "lastMessageAt" DESC, "id" DESC LIMIT 50`,
        [tenantId],
      ),
    ),
  }
  const measured = async (what: string, query: string, variables: readonly object[] = [{}]) => {
    const questions = variables.map((one) => ({ query, variables: one }))
    const ours = await timeAnswers(gateway, questions)
    return { what, unit: 'ms', ours, baseline, promised: 20 } satisfies Measured
  }
  const filtered = (what: string, ...filters: object[]) =>
    measured(
      what,
      list,
      filters.map((filter) => ({ filter })),
    )
  // As Relay's cursors of this server are: the next page far down in the list.
  const after = Buffer.from(`GPC:S:${await middle(db, tenantId)}`).toString('base64')
  const some = [1, 7, 20, 31].map((n) => n * 1000)
  return [
    await measured(`50 of ${size.conversations} conversations, ${size.messages} texts`, list),
    await measured('the same from their middle', list, [{ after }]),
    await measured('the same with last text and names', inbox),
    await measured('the same with three texts each', preview),
    await filtered('unread ones', { unread: true }),
    await filtered(
      'unread ones of a number',
      ...some.map((n) => ({ number: `+1202${5_550_000 + (n % 49)}`, unread: true })),
    ),
    await filtered('of a number', { number: '+12025550007' }, { number: '+12025550031' }),
    await filtered('of an assignee', { assigneeId: 'agent-9' }, { assigneeId: 'agent-12' }),
    await filtered('that nobody looks after', { unassigned: true }),
    await filtered('of an extension', { extensionId: 'ext_a7' }, { extensionId: 'ext_a31' }),
    await filtered(
      'with a participant',
      ...some.map((n) => ({ participant: `+1415${5_000_000 + n}` })),
    ),
    await filtered(`search, ${typed.length} in turn`, ...typed.map((search) => ({ search }))),
  ]
}

async function middle(db: pg.Client, tenantId: string): Promise<string> {
  const { rows } = await db.query(
    `SELECT "id" FROM "Conversation" WHERE "tenantId" = $1 AND "archivedAt" IS NULL
     ORDER BY "lastMessageAt" DESC, "id" DESC OFFSET $2 LIMIT 1`,
    [tenantId, size.conversations * 0.4],
  )
  return rows[0].id
}
