import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../ipc.ts'
import type { Running } from '../processes.ts'
import { median } from '../report.ts'
import { openEventWriter } from '../rig/event-writer.ts'
import { startPeer } from '../rig/peer.ts'
import { startProduction } from '../rig/production.ts'
import { type Screens, startScreens } from '../screens/open.ts'
import { type Burst, markOf, marks, watchTexts } from '../screens/texts.ts'
import type { Bench, Outcome } from './part.ts'

const subscribers = 10_000
/** They come and go first, so that the code that serves them is there already. */
const visitors = 200
const ours = 'RingQL'
const peers = { 'bare ws': 'bare-ws', yoga: 'yoga' } as const

/** Many who only wait: what they add to the memory of the process, after it has thrown away what nobody uses. */
export async function measureIdle({ home, rounds, takesPart, say }: Bench): Promise<Outcome> {
  await using opened = new AsyncDisposableStack()
  const production = await startProduction(home)
  opened.defer(() => production.stop())
  const writer = await openEventWriter(production.databaseUrl)
  opened.defer(() => writer.close())
  const added = new Map<string, number[]>()
  const measure = async (name: string, entrant: Entrant) => {
    // A process of their own each time: ports that were used a moment ago are not given again at once.
    const screens = await startScreens()
    const mb = await addedBy(entrant, screens)
    added.set(name, [...(added.get(name) ?? []), mb])
    await screens.stop()
    await entrant.server.stop()
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, file] of Object.entries(peers)) {
      if (!takesPart(name)) continue
      say(`idle ${round + 1} of ${rounds}: ${name}`)
      const server = await startPeer(file)
      const publish = (burst: Burst) => ask(server.process, 'publish', burst)
      await measure(name, { server, url: server.url, publish })
    }
    if (!takesPart(ours)) continue
    say(`idle ${round + 1} of ${rounds}: ${ours}`)
    const server = await production.startGateway()
    const { tenantId, apiKey, url } = await server.createTenant()
    const publish = (burst: Burst) => writer.write(tenantId, burst)
    await measure(ours, { server, url, authorization: `Bearer ${apiKey}`, publish })
  }
  const mine = added.get(ours)
  const beside = [...added].flatMap(([name, mb]) =>
    name === ours ? [] : [`${name} ${median(mb).toFixed(0)} MB`],
  )
  return {
    goals: mine && [
      {
        work: '10,000 idle subscribers add',
        asked: { atMost: 200 },
        unit: 'MB',
        measured: median(mine),
        each: beside.join(', '),
        n: `${rounds} × ${subscribers.toLocaleString('en')}`,
      },
    ],
  }
}

type Entrant = {
  server: Running
  url: string
  authorization?: string
  publish(burst: Burst): Promise<void>
}

async function addedBy(
  { server, url, authorization, publish }: Entrant,
  screens: Screens,
): Promise<number> {
  const asked = { url: `${url}/graphql`, authorization, query: watchTexts }
  const resident = async () => {
    await ask(server.process, 'settle')
    return (await server.usage()).residentMb
  }
  await screens.open({ ...asked, count: visitors })
  await sleep(1_000)
  await screens.close()
  await sleep(1_000)
  const before = await resident()
  await screens.open({ ...asked, count: subscribers })
  await quiet(server)
  const after = await resident()
  // That they are there, and not just connected, they say at the end.
  await screens.look(markOf('subscribed'))
  await publish({ from: marks.subscribed, count: 1 })
  const seen = await screens.seen(60_000)
  if (seen < subscribers) throw new Error(`Only ${seen} of ${subscribers} subscribed`)
  await screens.close()
  return after - before
}

/** The last ones have said what they want, and are not yet heard: until the server has nothing to do. */
async function quiet(server: Running): Promise<void> {
  for (let before = await server.usage(); ; ) {
    await sleep(1_000)
    const after = await server.usage()
    if (after.cpuUs - before.cpuUs < 100_000) return
    before = after
  }
}
