import type pg from 'pg'
import { fillCalls } from '../fill/calls.ts'
import type { Gateway } from '../gateway.ts'
import type { Measured } from '../report.ts'
import { timeAnswers, timeEach } from '../rig/answers.ts'

const rows = 1_000_000

const page = `query ($filter: CallLogFilter, $after: String) {
  callLogs(first: 50, filter: $filter, after: $after) {
    asOf pageInfo { hasNextPage endCursor }
    nodes {
      id status direction result isMissed durationSeconds startedAt endedAt
      from { number name extensionId } to { number name extensionId }
      parties { extensionId number name status } extension { extensionId name }
    }
  }
}`
const filters = [
  { missed: true },
  { recorded: true },
  { result: ['BLOCKED'] },
  { type: 'Fax' },
  { number: '+14155000007' },
  { extensionId: 'ext_bench7' },
  { minDurationSeconds: 7000 },
  { direction: 'OUTBOUND' },
]

/** A page of fifty calls with all who took part, out of a million of one tenant. */
export async function measureCallLog(gateway: Gateway, db: pg.Client): Promise<Measured[]> {
  const { rows: found } = await db.query(
    'SELECT "id" AS "extensionRowId", "tenantId", "rcAccountId" FROM "Extension" LIMIT 1',
  )
  await fillCalls(db, found[0], rows)
  const baseline = {
    name: 'pg: SELECT … LIMIT 50',
    samples: await timeEach(() =>
      db.query(
        'SELECT * FROM "Call" WHERE "tenantId" = $1 ORDER BY "startedAt" DESC, "id" DESC LIMIT 50',
        [found[0].tenantId],
      ),
    ),
  }
  const measured = async (what: string, questions: { query: string; variables?: object }[]) =>
    ({
      what,
      unit: 'ms',
      ours: await timeAnswers(gateway, questions),
      baseline,
      promised: 20,
    }) satisfies Measured
  const { rows: middle } = await db.query(
    `SELECT "id" FROM "Call" WHERE "id" = 'call_bench' || $1::int / 2`,
    [rows],
  )
  // As Relay's cursors of this server are: the next page far down in the log.
  const after = Buffer.from(`GPC:S:${middle[0].id}`).toString('base64')
  return [
    await measured(`a page of 50 of ${rows} calls`, [{ query: page }]),
    await measured('the same from their middle', [{ query: page, variables: { after } }]),
    await measured(
      `the same by ${filters.length} filters in turn`,
      filters.map((filter) => ({ query: page, variables: { filter } })),
    ),
  ]
}
