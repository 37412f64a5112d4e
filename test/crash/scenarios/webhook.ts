import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from '../fleet.ts'
import { type Arrived, acknowledged, checkInbound, inboundRows } from '../inbound-check.ts'
import type { Random } from '../random.ts'
import { createRig, type Rig } from '../rig.ts'
import { type Findings, isBroken, type Scenario, spread } from '../scenario.ts'
import { createTenants, type Line } from '../tenants.ts'

const answeredWithinMs = 3_000

export const webhook: Scenario = {
  name: 'webhook',
  promise: 'what was answered 200 is kept, and every text that comes in is there once',
  cycles: 1_000,

  async run({ cluster, seed, random, cycles, until, say }): Promise<Findings> {
    const rig = await createRig({ cluster, seed })
    try {
      const webs = await rig.startFleet('web', 3)
      const setUp = await rig.startFleet('worker', 1)
      const tenants = await createTenants(rig, { tenants: 2, linesEach: 2 })
      const lines = tenants.flatMap((tenant) => tenant.lines)
      await setUp.stop()

      const startedAt = Date.now()
      const arrived: Arrived[] = []
      const receive = (line: Line) => {
        const text = `${arrived.length + 1} for ${line.tenantId}`
        for (const { id } of rig.simulator.inbound({ from: '+13105552001', to: line.from, text })) {
          arrived.push({ id, line })
        }
      }
      const kills = await killOnAnswer(rig, webs, { cycles, until, random, lines, receive, say })
      const cycleMs = (Date.now() - startedAt) / Math.max(1, kills)
      while (webs.ready().length < webs.all().length) await sleep(50)
      await rig.simulator.settled()

      say('working off what was kept, with workers that die as well')
      const workers = await rig.startFleet('worker', 2)
      for (let n = 0; n < cycles / 100; n += 1) {
        await sleep(random.between(200, 1_500))
        const ready = workers.ready()
        if (ready.length > 0) random.pick(ready).signal('SIGKILL')
      }
      await allThere(rig, arrived, () => lines.forEach(receive))
      const answered = acknowledged(rig.simulator.ledger())
      const found = checkInbound({
        arrived,
        acknowledged: answered,
        notifications: await rig.rows('SELECT "uuid" FROM "Notification"'),
        rows: await rig.rows(inboundRows),
      })
      const findings: Findings = {
        ...found,
        n: kills,
        undecided: 0,
        figures: {
          'texts that came in': arrived.length,
          'notifications answered 200': answered.length,
          'milliseconds a cycle': Math.round(cycleMs),
          'start of a process': spread(webs.startMs),
          'fell over by itself':
            webs.fellOver.length === 0 ? 0 : webs.fellOver.slice(0, 5).join('; '),
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

/** Kills a web process the moment the first byte of its 200 is out, before RingCentral has it. */
async function killOnAnswer(
  rig: Rig,
  webs: Fleet,
  options: {
    cycles: number
    until: number
    random: Random
    lines: Line[]
    receive: (line: Line) => void
    say: (line: string) => void
  },
): Promise<number> {
  const { cycles, until, random, lines, receive, say } = options
  let kills = 0
  let killed: (() => void) | undefined
  rig.cables.front.overhear((port, chunk) => {
    if (!killed || !chunk.toString('latin1', 0, 12).startsWith('HTTP/1.1 200')) return
    webs
      .all()
      .find((web) => web.port === port)
      ?.signal('SIGKILL')
    kills += 1
    killed()
    killed = undefined
  })
  while (kills < cycles && Date.now() < until) {
    while (webs.ready().length === 0) await sleep(10)
    const done = new Promise<void>((resolve) => {
      killed = resolve
    })
    // Several at once now and then: those behind the first meet a process that dies under them.
    for (let n = random.pick([1, 1, 2, 4]); n > 0; n -= 1) receive(random.pick(lines))
    await Promise.race([done, sleep(answeredWithinMs)])
    if (kills > 0 && kills % 50 === 0) say(`${kills} web processes killed`)
  }
  rig.cables.front.overhear(undefined)
  return kills
}

/** Each line hears of something new, and so looks at what else it has missed. */
async function allThere(rig: Rig, arrived: Arrived[], receiveMore: () => void) {
  for (const giveUpAt = Date.now() + 180_000; Date.now() < giveUpAt; await sleep(1_000)) {
    const [left] = await rig.rows(
      `SELECT (SELECT count(*) FROM "Notification" WHERE "processedAt" IS NULL)::int AS unprocessed,
        (SELECT count(DISTINCT "rcMessageId") FROM "Message" WHERE "direction" = 'INBOUND')::int AS there`,
    )
    if (left.unprocessed === 0 && left.there >= arrived.length) return
    if (left.unprocessed === 0) receiveMore()
  }
}
