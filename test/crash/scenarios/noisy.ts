import { setTimeout as sleep } from 'node:timers/promises'
import { keepBudgetsFree } from '../free-budgets.ts'
import { createRig, type Rig } from '../rig.ts'
import { type Findings, nothingBroken, type Scenario, spread } from '../scenario.ts'
import { ask, createTenants, type Tenant } from '../tenants.ts'

/** What a neighbour may cost, at the 95th percentile. */
const delayAtMostMs = 2_000
const queuedByNoisy = 10_000
const texting = `mutation ($input: SendSmsInput!) {
  result: sendSms(input: $input) { ... on Message { id } ... on Error { code message } }
}`

export const noisy: Scenario = {
  name: 'noisy',
  promise: 'one tenant’s ten thousand waiting texts hold up another’s by less than two seconds',
  cycles: 100,

  async run({ cluster, seed, cycles, until, say }): Promise<Findings> {
    const isShort = cycles <= 20
    const rig = await createRig({ cluster, seed })
    try {
      await rig.startFleet('web', 1)
      await rig.startFleet('worker', 1)
      const [loud, quiet] = await createTenants(rig, { tenants: 2, linesEach: isShort ? 4 : 20 })
      if (!loud || !quiet) throw new Error('Two tenants are needed')
      const queued = await queue(rig, loud, isShort ? 400 : queuedByNoisy)
      say(`${queued} texts of one tenant wait`)

      const budgets = keepBudgetsFree(rig, { usesAtMost: 10, everyMs: 200 })
      const delays: number[] = []
      for (let n = 1; n <= cycles && Date.now() < until; n += 1) {
        delays.push(await textOnce(rig, quiet, n))
        if (n % 20 === 0) say(`${n} texts of the other: ${spread(delays)}`)
        await sleep(250)
      }
      const waitedBeside = await waiting(rig, loud)
      await budgets.stop()
      const p95 = delays.toSorted((a, b) => a - b)[Math.ceil(0.95 * delays.length) - 1] ?? 0
      const broken = nothingBroken()
      if (p95 > delayAtMostMs) broken.reordered.push(`held up by ${p95} ms at the 95th percentile`)
      // Otherwise there was no noise any more when the last ones went out.
      if (waitedBeside === 0 && !isShort) broken.invented.push('the noisy one ran out of texts')
      await rig.stop()
      return {
        ...broken,
        n: delays.length,
        undecided: 0,
        figures: {
          'accepted to RingCentral called': spread(delays),
          'waiting texts of the noisy one, at first and at last': `${queued}, ${waitedBeside}`,
        },
      }
    } catch (error) {
      await rig.stop({ keepLogs: true })
      throw error
    }
  },
}

/** Puts so many texts into the lanes of a tenant, as `sendSms` would have: through it, that alone would take minutes. */
async function queue(rig: Rig, tenant: Tenant, texts: number): Promise<number> {
  const { id, secret, lines } = tenant
  await rig.rows(
    `INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "direction", "status", "from", "to", "text", "createdAt")
     SELECT 'msg_noise' || lpad(n::text, 8, '0'), $1, line->>'extensionRowId', 'OUTBOUND', 'QUEUED',
       line->>'from', ARRAY['+13105559' || lpad((n % 900)::text, 3, '0')], 'Noise ' || n,
       now() - interval '1 second'
     FROM generate_series(1, $2::int) AS n
     JOIN jsonb_array_elements($3::jsonb) WITH ORDINALITY AS all_lines(line, place) ON place = 1 + n % $4`,
    [id, texts, JSON.stringify(lines), lines.length],
  )
  // One text in each lane wakes it.
  for (const { from } of lines) {
    const input = { from, to: ['+13105552001'], text: 'And one more' }
    await ask(rig, secret, texting, { input })
  }
  return waiting(rig, tenant)
}

async function waiting(rig: Rig, { id }: Tenant): Promise<number> {
  const [row] = await rig.rows(
    `SELECT count(*)::int AS n FROM "Message" WHERE "tenantId" = $1 AND "status" = 'QUEUED'`,
    [id],
  )
  return row.n
}

/** Sends one text of the quiet tenant; from the answer until RingCentral is called. */
async function textOnce(rig: Rig, { secret, lines }: Tenant, n: number): Promise<number> {
  const { from } = lines[n % lines.length] as Tenant['lines'][number]
  const text = `Quiet ${n}`
  await ask(rig, secret, texting, { input: { from, to: ['+13105552002'], text } })
  const answeredAt = Date.now()
  for (const giveUpAt = Date.now() + 60_000; ; await sleep(5)) {
    const taken = rig.simulator.outbox().findLast((entry) => entry.text === text)
    if (taken) return Math.max(0, Date.parse(taken.acceptedAt) - answeredAt)
    if (Date.now() > giveUpAt) return Number.POSITIVE_INFINITY
  }
}
