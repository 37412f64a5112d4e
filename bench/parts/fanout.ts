import { type Comparison, createComparison, has, medianOf, note, ratio } from '../compare.ts'
import type { Goal } from '../goals.ts'
import { ask } from '../ipc.ts'
import type { Running } from '../processes.ts'
import { openEventWriter } from '../rig/event-writer.ts'
import { startPeer } from '../rig/peer.ts'
import { startProduction } from '../rig/production.ts'
import type { OpenScreens } from '../screens/main.ts'
import { type Screens, startScreens } from '../screens/open.ts'
import {
  type Burst,
  markOf,
  marks,
  numberOf,
  screenCount,
  watchTexts,
  watchTextsOf,
} from '../screens/texts.ts'
import type { Bench } from './part.ts'

const warmUps = 60
const ours = 'RingQL'
const peers = ['bare ws', 'yoga', 'apollo', 'mercurius'] as const
const peerFiles = { 'bare ws': 'bare-ws', yoga: 'yoga', apollo: 'apollo', mercurius: 'mercurius' }

type Way = 'bursts' | 'single' | 'different' | 'own'
const ways = {
  bursts: { what: 'to 1,000 screens that ask the same, ten texts at once', burst: 10, texts: 300 },
  single: { what: 'to 1,000 screens that ask the same, one text at a time', burst: 1, texts: 100 },
  different: {
    what: 'to 1,000 screens, each with another filter that all pass',
    burst: 10,
    texts: 300,
  },
  own: { what: 'to one of 1,000 screens, each with its own number', burst: 10, texts: screenCount },
} satisfies Record<Way, { what: string; burst: number; texts: number }>

/** A server that is ready, and how texts come to it. Answers the moment from which it could know of them. */
type Entrant = {
  name: string
  server: Running
  url: string
  authorization?: string
  publish(burst: Burst): Promise<number>
}

/** One text, a thousand screens: what a delivery costs the server that makes it. */
export async function measureFanout({ home, rounds, takesPart, say }: Bench) {
  await using opened = new AsyncDisposableStack()
  const production = await startProduction(home)
  opened.defer(() => production.stop())
  const writer = await openEventWriter(production.databaseUrl)
  opened.defer(() => writer.close())
  const screens = await startScreens()
  opened.defer(() => screens.stop())

  const comparisons = Object.fromEntries(
    Object.entries(ways).map(([way, { what, texts }]) => [
      way,
      createComparison(what, 'deliveries', way === 'own' ? texts : texts * screenCount),
    ]),
  ) as Record<Way, Comparison>
  const measure = async (entrant: Entrant, mine: readonly Way[], round: number) => {
    for (const way of mine) {
      say(`fanout ${round + 1} of ${rounds}: ${entrant.name}, ${ways[way].what}`)
      note(comparisons[way], entrant.name, await deliver(entrant, way, screens))
    }
    await entrant.server.stop()
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of peers.filter(takesPart)) {
      const server = await startPeer(peerFiles[name])
      const publish = async (burst: Burst) => {
        const there = now()
        await ask(server.process, 'publish', burst)
        return there
      }
      const mine: Way[] = name === 'bare ws' ? ['bursts', 'single', 'own'] : ['bursts']
      await measure({ name, server, url: server.url, publish }, mine, round)
    }
    if (takesPart(ours)) {
      const server = await production.startGateway()
      const { tenantId, apiKey } = await server.createTenant()
      const publish = async (burst: Burst) => {
        await writer.write(tenantId, burst)
        return now()
      }
      const authorization = `Bearer ${apiKey}`
      const mine: Way[] = ['bursts', 'single', 'different', 'own']
      await measure({ name: ours, server, url: server.url, authorization, publish }, mine, round)
    }
    for (const sample of comparisons.bursts.entrants.get('bare ws')?.slice(-1) ?? []) {
      note(comparisons.different, 'bare ws', sample)
    }
  }
  return {
    comparisons: Object.values(comparisons).filter(({ entrants }) => entrants.size > 0),
    goals: goalsOf(comparisons, rounds),
  }
}

async function deliver(
  { server, url, authorization, publish }: Entrant,
  way: Way,
  screens: Screens,
) {
  const { burst, texts: total } = ways[way]
  const own = way === 'own'
  const each = own ? 1 : screenCount
  await screens.open({ ...askedIn(way), url: `${url}/graphql`, authorization, count: screenCount })

  const everywhere = async (mark: keyof typeof marks, patienceMs: number) => {
    await screens.look(markOf(mark))
    for (let withinMs = patienceMs; withinMs < 120_000; withinMs *= 2) {
      await publish({ from: marks[mark], count: own ? screenCount : 1, own })
      if ((await screens.seen(withinMs)) === screenCount) return
    }
    throw new Error('Some screens are sent nothing')
  }
  // Who has subscribed is sent what comes from then on: some are too late for the first one.
  await everywhere('subscribed', 3_000)
  for (let from = 0; from < warmUps; from += burst) await publish({ from, count: burst, own })
  await everywhere('warm', 60_000)

  await screens.watch(total)
  // What starting and warming up have left behind is no part of it.
  await ask(server.process, 'settle')
  const before = await server.usage()
  const thereAt: number[] = []
  let busyMs = 0
  for (let from = 0; from < total; from += burst) {
    const askedAt = now()
    const there = await publish({ from, count: burst, own })
    for (let i = 0; i < burst; i++) thereAt.push(there)
    // The next burst leaves when the last one is everywhere.
    await screens.arrived((from + burst) * each)
    busyMs += now() - askedAt
  }
  const after = await server.usage()
  const { messages, least, lost } = await screens.progress()
  const latencies = await (own ? screens.ownLatencies : screens.latencies)(thereAt)
  await screens.close()
  if (lost.length > 0 || messages !== total * each || least < (own ? 1 : total)) {
    throw new Error(`${messages} of ${total * each} were delivered: ${lost.join(', ')}`)
  }
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / messages,
    perSecond: messages / (busyMs / 1_000),
    p50Ms: latencies.p50,
    p99Ms: latencies.p99,
    residentMb: after.residentMb,
  }
}

function askedIn(way: Way): Pick<OpenScreens, 'query' | 'variables'> {
  if (way === 'bursts' || way === 'single') return { query: watchTexts }
  const number = (screen: number) => ({ filter: { number: numberOf(screen) } })
  // Each from another moment on, all of them before any text.
  const since = (screen: number) => ({
    filter: { createdFrom: new Date(1_700_000_000_000 + screen * 60_000) },
  })
  const variables = Array.from({ length: screenCount }, (_, i) =>
    way === 'own' ? number(i) : since(i),
  )
  return { query: watchTextsOf, variables }
}

function goalsOf({ bursts, single, different }: Record<Way, Comparison>, rounds: number): Goal[] {
  const n = ({ n: ofRound }: Comparison) => `${rounds} × ${ofRound.toLocaleString('en')}`
  const to1000 = 'delivery to 1,000 same-query sockets, CPU each'
  const againstBare = [
    { work: to1000, comparison: bursts, atMost: 1.15 },
    { work: `${to1000}, one text at a time`, comparison: single, atMost: 1.15 },
    { work: 'delivery with 1,000 different variables', comparison: different, atMost: 3 },
  ]
  const cheaperThan = peers.slice(1).filter((peer) => has(bursts, peer, ours))
  return [
    ...againstBare
      .filter(({ comparison }) => has(comparison, ours, 'bare ws'))
      .map(
        ({ work, comparison, atMost }): Goal => ({
          work,
          asked: { atMost },
          unit: '× bare ws',
          measured: ratio(comparison, ours, 'bare ws', 'cpuUs'),
          each: `${medianOf(comparison, ours, 'cpuUs').toFixed(1)} µs`,
          n: n(comparison),
        }),
      ),
    ...cheaperThan.map(
      (peer): Goal => ({
        work: to1000,
        asked: { atLeast: 4 },
        unit: `× cheaper than ${peer}`,
        measured: ratio(bursts, peer, ours, 'cpuUs'),
        each: `${medianOf(bursts, peer, 'cpuUs').toFixed(1)} µs`,
        n: n(bursts),
      }),
    ),
  ]
}

const now = () => performance.timeOrigin + performance.now()
