import { setTimeout as sleep } from 'node:timers/promises'
import { median } from '../report.ts'
import { startProduction } from '../rig/production.ts'
import { startScreens } from '../screens/open.ts'
import { screenCount, watchTexts } from '../screens/texts.ts'
import type { Bench, Outcome } from './part.ts'

const people = 4
const texts = 200
const warmUps = 40
const everyMs = 50

/**
 * The whole way: RingCentral posts a notification, the gateway stores it, reads it, writes what happened, and tells a
 * thousand screens of it; twenty texts a second.
 */
export async function measurePath({ home, rounds, say }: Bench): Promise<Outcome> {
  await using opened = new AsyncDisposableStack()
  const production = await startProduction(home)
  opened.defer(() => production.stop())
  const gateway = await production.startGateway()
  opened.defer(() => gateway.stop())
  const screens = await startScreens()
  opened.defer(() => screens.stop())
  const tenant = await gateway.createTenant()
  say(`connecting ${people} extensions`)
  const connected = await production.connectPeople(tenant, people)
  await screens.open({
    url: `${gateway.url}/graphql`,
    authorization: `Bearer ${tenant.apiKey}`,
    count: screenCount,
    query: watchTexts,
  })

  const receive = async (count: number): Promise<number[]> => {
    const leftAt: number[] = []
    const startedAt = performance.now()
    for (let n = 0; n < count; n++) {
      await sleep(Math.max(0, startedAt + n * everyMs - performance.now()))
      const to = connected[n % people]?.number ?? ''
      const words = `Text #${String(n).padStart(6, '0')} of a day that has many`
      leftAt.push(await production.simulator.receive({ from: '+14155550123', to, text: words }))
    }
    return leftAt
  }

  const rows: { p50: number; p99: number; lastP50: number; lastP99: number; cpuMs: number }[] = []
  for (let round = 0; round < rounds; round++) {
    say(`path ${round + 1} of ${rounds}`)
    await screens.watch(warmUps, '#')
    await receive(warmUps)
    await screens.arrived(warmUps * screenCount)
    await screens.watch(texts, '#')
    const before = await gateway.usage()
    const leftAt = await receive(texts)
    await screens.arrived(texts * screenCount)
    const after = await gateway.usage()
    const { messages, lost } = await screens.progress()
    if (messages !== texts * screenCount || lost.length > 0) {
      throw new Error(`${messages} of ${texts * screenCount} came: ${lost.join(', ')}`)
    }
    const cpuMs = (after.cpuUs - before.cpuUs) / 1_000 / texts
    rows.push({ ...(await screens.latencies(leftAt)), cpuMs })
  }
  const of = (which: keyof (typeof rows)[number]) => median(rows.map((row) => row[which]))
  const n = `${rounds} × ${texts}`
  return {
    goals: [
      {
        work: 'notification in to 1,000 screens at 20 texts a second, p99 of all',
        asked: { atMost: 150 },
        unit: 'ms',
        measured: of('p99'),
        each: `p50 ${of('p50').toFixed(0)} ms, ${of('cpuMs').toFixed(1)} ms of CPU a text`,
        n: `${n} × ${screenCount}`,
      },
      {
        work: 'the same to the last of the screens, p99',
        asked: { atMost: 150 },
        unit: 'ms',
        measured: of('lastP99'),
        each: `p50 ${of('lastP50').toFixed(0)} ms`,
        n,
      },
    ],
  }
}
