import { setTimeout as sleep } from 'node:timers/promises'
import { spawnEntry } from '../instance-process.ts'
import { createRandom, type Random } from '../random.ts'
import { type Point, points } from '../refresh-points.ts'
import { createRig, type Rig } from '../rig.ts'
import { type Findings, isBroken, nothingBroken, type Scenario } from '../scenario.ts'
import { createTenants, type Line } from '../tenants.ts'
import { createTokenHistory } from '../token-history.ts'

const minute = 60_000
/** An access token lives for an hour, and is renewed in its last five minutes. */
const untilStale = 56 * minute
/** RingCentral repeats the answer to a refresh for an hour, or for ten seconds once it was used. */
const waits = [0, 5_000, 9_000, 15_000, minute, 20 * minute, 50 * minute]
/** More than a grant's lease. */
const leaseRunsOut = `"leaseUntil" = "leaseUntil" - interval '31 seconds'`
const processesAtOnce = 3
const survivorTries = 3

export const refresh: Scenario = {
  name: 'refresh',
  promise: 'no death around a refresh costs a connection',
  cycles: 2_000,

  async run({ cluster, seed, cycles, until, say }): Promise<Findings> {
    const history = createTokenHistory()
    const rig = await createRig({ cluster, seed, simulator: { observe: history.observe } })
    try {
      const lines = await connectLines(rig, cycles > 100 ? 40 : 10)
      await history.watch(rig)
      const deaths: Record<Point | 'none', number> = {
        ...Object.fromEntries(points.map((point) => [point, 0])),
        none: 0,
      } as never
      const broken = nothingBroken()
      const startedAt = Date.now()
      let races = 0
      let n = 0
      for (let round = 1; n < cycles && Date.now() < until; round += 1) {
        const random = createRandom((seed + round * 7919) >>> 0)
        const chosen = lines.slice(0, cycles - n)
        await passTime(rig, untilStale)
        await atOnce(processesAtOnce, chosen, async (line, index) => {
          const dice = createRandom((seed + round * 7919 + index + 1) >>> 0)
          const victims = drawVictims(dice, index + round)
          if (victims.length > 1) races += 1
          const ends = victims.map((dieAt) => die(rig, line, dieAt))
          for (const died of await Promise.all(ends)) deaths[died ?? 'none'] += 1
        })
        await passTime(rig, random.pick(waits))
        await rig.rows(`UPDATE "Grant" SET ${leaseRunsOut}`)
        await atOnce(processesAtOnce, chosen, async (line) => {
          const trouble = await survive(rig, line)
          if (trouble) broken.lost.push(`${line.extensionRowId} in round ${round}: ${trouble}`)
        })
        n += chosen.length
        say(`${n} cycles, ${broken.lost.length} connections lost`)
      }
      broken.reordered.push(...(await history.usedTooEarly(rig)))
      const findings: Findings = {
        ...broken,
        n,
        undecided: 0,
        figures: {
          ...Object.fromEntries(points.map((point) => [`killed ${point}`, deaths[point]])),
          'got through alive, beside others': deaths.none,
          'several processes at once': races,
          'milliseconds a cycle': Math.round((Date.now() - startedAt) / Math.max(1, n)),
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

/** Through the front door; then the gateway goes, and leaves its grants to us. */
async function connectLines(rig: Rig, count: number): Promise<Line[]> {
  const fleets = [await rig.startFleet('web', 1), await rig.startFleet('worker', 1)]
  const tenants = await createTenants(rig, { tenants: 2, linesEach: count / 2 })
  for (const fleet of fleets) await fleet.stop()
  return tenants.flatMap((tenant) => tenant.lines)
}

function drawVictims(random: Random, turn: number): (Point | undefined)[] {
  const first = points[turn % points.length]
  if (!random.chance(0.25)) return [first]
  const others = Array.from({ length: random.integer(1, 2) }, () =>
    random.chance(0.5) ? random.pick(points) : undefined,
  )
  return [first, ...others]
}

function run(rig: Rig, line: Line, dieAt?: Point) {
  const clockAheadMs = rig.simulator.clock.now() - Date.now()
  const { databaseUrl, ringCentral } = rig.app
  const { extensionRowId } = line
  return spawnEntry(
    rig.fileOf('refresher.ts'),
    { databaseUrl, ringCentral, clockAheadMs, extensionRowId, dieAt },
    `${rig.logs}/refresher.log`,
  )
}

/** @returns where it died, if it did: of several, one refreshes, and the others may find all done */
async function die(rig: Rig, line: Line, dieAt?: Point): Promise<Point | undefined> {
  const process = run(rig, line, dieAt)
  const { signal } = await process.exited
  if (signal !== 'SIGKILL') return undefined
  // Whoever waits for it would do so for a quarter of a minute.
  await sleep(200)
  await rig.rows(`UPDATE "Grant" SET ${leaseRunsOut} WHERE "extensionRowId" = $1`, [
    line.extensionRowId,
  ])
  return dieAt
}

/** @returns what is wrong, if the next process cannot work with what the dead one left */
async function survive(rig: Rig, line: Line): Promise<string | undefined> {
  let outcome = 'ended without a word'
  for (let attempt = 1; attempt <= survivorTries && outcome !== 'worked'; attempt += 1) {
    const process = run(rig, line)
    outcome = (await process.ready)?.outcome ?? 'ended without a word'
    await process.exited
  }
  const [extension] = await rig.rows(
    `SELECT "status"::text, EXISTS (SELECT FROM "Grant" WHERE "extensionRowId" = "id") AS granted
     FROM "Extension" WHERE "id" = $1`,
    [line.extensionRowId],
  )
  if (outcome !== 'worked') return outcome
  if (extension.status !== 'ACTIVE' || !extension.granted) return `it is ${extension.status}`
  return undefined
}

async function passTime({ simulator }: Rig, milliseconds: number) {
  if (milliseconds > 0) await simulator.clock.advance(milliseconds)
}

async function atOnce<T>(most: number, list: T[], work: (item: T, index: number) => Promise<void>) {
  const left = list.entries()
  const loop = async () => {
    for (const [index, item] of left) await work(item, index)
  }
  await Promise.all(Array.from({ length: most }, loop))
}
