import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../ipc.ts'
import type { Running } from '../processes.ts'
import { median } from '../report.ts'
import { startPeer } from '../rig/peer.ts'
import { startProduction } from '../rig/production.ts'
import { type Screens, startScreens } from '../screens/open.ts'
import { watchTexts } from '../screens/texts.ts'
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
  const added = new Map<string, number[]>()
  const measure = async (name: string, server: Running, url: string, authorization?: string) => {
    // A process of their own each time: ports that were used a moment ago are not given again at once.
    const screens = await startScreens()
    const mb = await addedBy(screens, server, { url: `${url}/graphql`, authorization })
    added.set(name, [...(added.get(name) ?? []), mb])
    await screens.stop()
    await server.stop()
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, file] of Object.entries(peers)) {
      if (!takesPart(name)) continue
      say(`idle ${round + 1} of ${rounds}: ${name}`)
      const server = await startPeer(file)
      await measure(name, server, server.url)
    }
    if (!takesPart(ours)) continue
    say(`idle ${round + 1} of ${rounds}: ${ours}`)
    const gateway = await production.startGateway()
    const { apiKey } = await gateway.createTenant()
    await measure(ours, gateway, gateway.url, `Bearer ${apiKey}`)
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

async function addedBy(
  screens: Screens,
  server: Running,
  asked: { url: string; authorization?: string | undefined },
): Promise<number> {
  const resident = async () => {
    await ask(server.process, 'settle')
    return (await server.usage()).residentMb
  }
  await screens.open({ ...asked, count: visitors, query: watchTexts })
  await sleep(1_000)
  await screens.close()
  await sleep(1_000)
  const before = await resident()
  await screens.open({ ...asked, count: subscribers, query: watchTexts })
  // The last ones have said what they want, and are not yet heard.
  await sleep(3_000)
  const after = await resident()
  const { lost } = await screens.progress()
  if (lost.length > 0) throw new Error(`Some were lost: ${lost.join(', ')}`)
  await screens.close()
  return after - before
}
