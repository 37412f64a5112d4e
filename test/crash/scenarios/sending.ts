import { setTimeout as sleep } from 'node:timers/promises'
import { startCampaigns } from '../campaigns.ts'
import { batchRows, checkCampaigns } from '../campaigns-check.ts'
import { startClients } from '../clients.ts'
import { keepBudgetsFree } from '../free-budgets.ts'
import { createNemesis, type Death } from '../nemesis.ts'
import { createRig, type Rig } from '../rig.ts'
import { type Findings, isBroken, type Scenario, spread } from '../scenario.ts'
import { checkSending, messageRows, watchDoubts } from '../sending-check.ts'
import { createTenants } from '../tenants.ts'

/** How long a message in doubt rests before RingCentral's store is read; how long that store hides what it has. */
const settleMs = 2_500
const hiddenForMs = 1_500

/** Of each tenant's lines so many send batches, and nothing else: whoever texts by hand goes first. */
const campaignLines = 2

const sms = { method: 'POST', path: '/restapi/v1.0/account/*/extension/*/sms' } as const

export const sending: Scenario = {
  name: 'sending',
  promise: 'what was answered with an id is sent once, in order, or said to be unknown',
  cycles: 3_000,

  async run({ cluster, seed, random, cycles, until, say }): Promise<Findings> {
    const isShort = cycles <= 100
    const rig = await createRig({
      cluster,
      seed,
      app: { settleMs, restMs: 300 },
      simulator: { delivery: { sentAfterMs: 100, deliveredAfterMs: 400, hiddenForMs } },
    })
    try {
      await rig.rows(watchDoubts)
      const webs = await rig.startFleet('web', 2)
      const workers = await rig.startFleet('worker', 3)
      const tenants = await createTenants(rig, {
        tenants: 2,
        linesEach: campaignLines + (isShort ? 4 : 12),
      })
      planFaults(rig)
      const budgets = keepBudgetsFree(rig, { usesAtMost: 1, everyMs: 500 })
      const people = tenants.map((tenant) => {
        return { ...tenant, lines: tenant.lines.slice(campaignLines) }
      })
      const clients = startClients(rig, {
        tenants: people,
        recipientsEach: 2,
        random: random.fork(),
      })
      const campaigns = startCampaigns(rig, {
        tenants: tenants.map((tenant) => {
          return { tenant, lines: tenant.lines.slice(0, campaignLines) }
        }),
        random: random.fork(),
      })
      const nemesis = createNemesis(rig, {
        webs,
        workers,
        seed,
        // So few cycles would hardly ever meet what takes longest to come about.
        ...(isShort && { emphasis: { 'freeze a worker past its lease': 40 } }),
      })
      const startedAt = Date.now()
      const n = await nemesis.run({
        cycles,
        atOnce: 2,
        until,
        onCycle: (done) => {
          if (done % 50 === 0) {
            const each = (Date.now() - startedAt) / done
            say(`${done} cycles, ${clients.history.length} texts, ${each.toFixed(0)} ms a cycle`)
          }
        },
      })
      const cycleMs = (Date.now() - startedAt) / Math.max(1, n)

      rig.simulator.clearFaults()
      await Promise.all([clients.stop(), campaigns.stop()])
      say('waiting until every message has come to its end')
      if (isShort) {
        await rig.rows(`UPDATE "SendLane" SET "leaseUntil" = clock_timestamp()`)
        await clients.textOnceMore()
      }
      await allFinal(rig)
      await budgets.stop()
      // A request that was on its way when its process died may still arrive.
      await sleep(500)
      const outbox = rig.simulator.outbox()
      const rows = await rig.rows(messageRows)
      const checked = checkSending({
        asked: clients.history,
        outbox,
        rows,
        lines: tenants.flatMap((tenant) => tenant.lines),
      })
      const { undecidedButSent, ...found } = checked
      const batches = await rig.rows(batchRows)
      const ofCampaigns = checkCampaigns({ asked: campaigns.history, batches, rows })
      for (const kind of Object.keys(ofCampaigns) as (keyof typeof ofCampaigns)[]) {
        found[kind].push(...ofCampaigns[kind])
      }
      found.doubled.push(...(await doubledEvents(rig)))
      found.reordered = await Promise.all(found.reordered.map((pair) => withHistory(rig, pair)))
      const fellOver = [...webs.fellOver, ...workers.fellOver]
      const refusals = [...clients.history.flatMap((one) => one.refusals), ...campaigns.refusals]
      const takenBack = clients.history.flatMap((one) => one.takenBack ?? [])
      const findings: Findings = {
        ...found,
        n,
        figures: {
          texts: clients.history.length,
          'requests for them': clients.history.reduce((sum, one) => sum + one.tries, 0),
          batches: `${campaigns.history.length} with ${rows.filter((row) => row.batchId).length} texts, ${batches.filter(({ status }) => status === 'CANCELED').length} taken back`,
          'for later': clients.history.filter((one) => one.isLater).length,
          'taken back': `${takenBack.filter((one) => one === 'CANCELED').length} of ${takenBack.length} in time`,
          'accepted by RingCentral': outbox.length,
          'undecided though sent': undecidedButSent,
          'lane goes on after its worker was killed': spread(resumptions(nemesis.deaths, outbox)),
          'milliseconds a cycle': Math.round(cycleMs),
          'start of a process': spread([...webs.startMs, ...workers.startMs]),
          'fell over by itself': fellOver.length === 0 ? 0 : fellOver.slice(0, 5).join('; '),
          'refused to clients': refusals.length === 0 ? 0 : `${refusals.length}: ${refusals[0]}`,
          deeds: nemesis.summary,
        },
      }
      const keepLogs = isBroken(findings) || fellOver.length > 0
      await rig.stop({ keepLogs })
      if (keepLogs) say(`what the processes said: ${rig.logs}`)
      return findings
    } catch (error) {
      await rig.stop({ keepLogs: true })
      throw error
    }
  },
}

function planFaults({ simulator }: Rig) {
  simulator.planFault({ kind: 'status', status: 502, share: 0.01, ...sms })
  simulator.planFault({ kind: 'status', status: 503, share: 0.01, ...sms })
  simulator.planFault({ kind: 'reset', share: 0.01, ...sms })
  simulator.planFault({ kind: 'accept-then-status', status: 502, share: 0.01, ...sms })
  simulator.planFault({ kind: 'accept-then-reset', share: 0.02, ...sms })
  simulator.planFault({ kind: 'accept-then-hang', share: 0.002, ...sms })
  // Most of them only say that a status moved, and cost more than all the rest.
  simulator.planFault({ kind: 'webhook-drop', share: 0.8 })
}

/** Longer than a lane can be left alone, and a message in doubt be looked for. What is not final when nothing moves for so long is lost. */
const standsStillMs = 180_000

async function allFinal(rig: Rig) {
  let least = Number.POSITIVE_INFINITY
  for (let movedAt = Date.now(); Date.now() - movedAt < standsStillMs; await sleep(500)) {
    const [open] = await rig.rows(
      `SELECT (SELECT count(*) FROM "Message" WHERE "direction" = 'OUTBOUND' AND "status" IN ('QUEUED', 'SCHEDULED', 'SENDING'))::int
         + (SELECT count(*) FROM "MessageBatch" WHERE "status" IN ('RUNNING', 'PAUSED')
             OR "counts"->>'waiting' <> '0' OR "counts"->>'sending' <> '0')::int AS n`,
    )
    if (open.n === 0) return
    if (open.n < least) movedAt = Date.now()
    least = Math.min(least, open.n)
  }
}

/** From the death of a worker to the next text in its lane. */
function resumptions(deaths: Death[], outbox: ReturnType<Rig['simulator']['outbox']>): number[] {
  const lanes = Map.groupBy(outbox, (entry) => entry.from)
  return deaths.flatMap(({ at, from, text }) => {
    const next = lanes
      .get(from)
      ?.find((entry) => entry.text !== text && Date.parse(entry.acceptedAt) > at)
    return next ? [Date.parse(next.acceptedAt) - at] : []
  })
}

/** What was tried with the two of them, and when. */
async function withHistory(rig: Rig, pair: string): Promise<string> {
  const ids = pair.match(/msg_\w+/g)
  const attempts = await rig.rows(
    `SELECT "messageId", "number", "startedAt", "finishedAt", "outcome", "errorCode" FROM "MessageAttempt"
     WHERE "messageId" = ANY($1) ORDER BY "startedAt"`,
    [ids],
  )
  return `${pair}; ${attempts.map((one) => JSON.stringify(one)).join(' ')}`
}

async function doubledEvents(rig: Rig): Promise<string[]> {
  const twice = await rig.rows(
    `SELECT "subjectId" AS id, "snapshot"->>'status' AS status FROM "Event"
     WHERE "type" = 'message.status' GROUP BY 1, 2 HAVING count(*) > 1`,
  )
  return twice.map(({ id, status }) => `${id} has two events that it is ${status}`)
}
