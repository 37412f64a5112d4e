import { setTimeout as sleep } from 'node:timers/promises'
import { type Arrived, acknowledged, checkInbound, inboundRows } from '../inbound-check.ts'
import type { Random } from '../random.ts'
import { createRig, type Rig } from '../rig.ts'
import { type Findings, isBroken, type Scenario } from '../scenario.ts'
import { createTenants, type Line } from '../tenants.ts'

const outageMs = 15 * 60_000
const steps = 30
const giveUpAfterMs = 180_000

export const outage: Scenario = {
  name: 'outage',
  promise:
    'fifteen minutes without anybody there, webhooks switched off: every text is there after all',
  cycles: 500,

  async run({ cluster, seed, random, cycles, say }): Promise<Findings> {
    const rig = await createRig({ cluster, seed })
    try {
      const web = await rig.startFleet('web', 1)
      const worker = await rig.startFleet('worker', 1)
      const tenants = await createTenants(rig, { tenants: 2, linesEach: cycles > 100 ? 5 : 1 })
      const lines = tenants.flatMap((tenant) => tenant.lines)
      await rig.simulator.settled()
      await Promise.all([web.stop(), worker.stop()])

      say('nobody is there for fifteen minutes')
      const arrived = await quarterOfAnHour(rig, random, lines, cycles)
      const switchedOff = rig.simulator.subscriptions().filter(isOff).length
      say(`${arrived.length} texts came in, ${switchedOff} webhooks were switched off`)

      const backAt = Date.now()
      const back = { clockAheadMs: outageMs }
      await Promise.all([rig.startFleet('web', 1, back), rig.startFleet('worker', 1, back)])
      await allThere(rig, arrived.length)
      const seconds = (Date.now() - backAt) / 1000
      await webhooksWork(rig, lines.length)
      const found = checkInbound({
        arrived,
        acknowledged: acknowledged(rig.simulator.ledger()),
        notifications: await rig.rows('SELECT "uuid" FROM "Notification"'),
        rows: await rig.rows(inboundRows),
      })
      found.reordered.push(...(await toldOutOfOrder(rig)))
      const working = rig.simulator.subscriptions().filter((one) => !isOff(one)).length
      if (working < lines.length)
        found.lost.push(`${working} of ${lines.length} webhooks work again`)
      const findings: Findings = {
        ...found,
        n: arrived.length,
        undecided: 0,
        figures: {
          'webhooks switched off': switchedOff,
          'all there after (s, from starting the processes)': seconds.toFixed(1),
        },
      }
      await rig.stop({ keepLogs: isBroken(findings) })
      if (isBroken(findings)) say(`what the processes said: ${rig.logs}`)
      return findings
    } catch (error) {
      await rig.stop({ keepLogs: true })
      throw error
    }
  },
}

const isOff = ({ status }: { status: string }) => status !== 'Active'

/** Texts come in all the time; the simulator's quarter of an hour takes a few seconds of ours. */
async function quarterOfAnHour(rig: Rig, random: Random, lines: Line[], texts: number) {
  const arrived: Arrived[] = []
  for (let step = 1; step <= steps; step += 1) {
    while (arrived.length < (texts * step) / steps) {
      const line = random.pick(lines)
      const text = `${arrived.length + 1} for ${line.tenantId}`
      for (const { id } of rig.simulator.inbound({ from: '+13105552001', to: line.from, text })) {
        arrived.push({ id, line })
      }
    }
    await rig.simulator.clock.advance(outageMs / steps)
  }
  return arrived
}

async function allThere(rig: Rig, texts: number) {
  for (const giveUpAt = Date.now() + giveUpAfterMs; Date.now() < giveUpAt; await sleep(100)) {
    const [there] = await rig.rows(
      `SELECT count(*)::int AS n FROM "Message" WHERE "direction" = 'INBOUND'`,
    )
    if (there.n >= texts) return
  }
}

async function webhooksWork(rig: Rig, lines: number) {
  for (const giveUpAt = Date.now() + giveUpAfterMs; Date.now() < giveUpAt; await sleep(100)) {
    if (rig.simulator.subscriptions().filter((one) => !isOff(one)).length >= lines) return
  }
}

/** Of each line, the log tells of its texts in the order in which they came in. */
async function toldOutOfOrder(rig: Rig): Promise<string[]> {
  const rows = await rig.rows(
    `SELECT "snapshot"->>'extensionRowId' AS line, ("snapshot"->>'rcMessageId')::bigint AS id
     FROM "Event" WHERE "type" = 'message.received' ORDER BY "tenantId", "sequence"`,
  )
  const lines = Map.groupBy(rows, ({ line }) => line)
  return [...lines.values()].flatMap((told) =>
    told
      .filter(({ id }, n) => n > 0 && BigInt(id) < BigInt(told[n - 1].id))
      .map(({ id }) => `text ${id} was told of after a later one`),
  )
}
