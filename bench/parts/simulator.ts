/**
 * How much the simulator takes: it must never be what holds our own benchmarks back. It runs in a process of its own, and
 * whoever texts through it in another. Alone: `node bench/parts/simulator.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Figure, median } from '../report.ts'
import type { Load } from './simulator-client.ts'

export interface Serving {
  url: string
  clientId: string
  clientSecret: string
  /** Reading and compiling its code; from the second time on, Node remembers it. */
  loadMs: number
  startMs: number
}

interface Usage {
  residentMb: number
  cpuSeconds: number
  accepted: number
}

const self = fileURLToPath(import.meta.url)
const client = fileURLToPath(new URL('simulator-client.ts', import.meta.url))
/** Those of `npm run simulator`: a small nursery for objects costs no speed here, and spares 100 MB. */
const flags = ['--max-semi-space-size=4']
const starts = 5
const extensions = 1000

/** Starts it some times, then lets the last one take `messages` texts as fast as it can. */
export async function measureSimulator({ messages = 100_000 } = {}): Promise<Figure[]> {
  const startMs: number[] = []
  const loadMs: number[] = []
  const processMs: number[] = []
  let server: ChildProcess | undefined
  let serving: Serving | undefined
  for (let i = 0; i < starts; i++) {
    server?.kill()
    const before = performance.now()
    server = fork(self, ['serve'], { execArgv: flags })
    serving = (await once(server, 'message'))[0] as Serving
    processMs.push(performance.now() - before)
    startMs.push(serving.startMs)
    loadMs.push(serving.loadMs)
  }
  if (!server || !serving) throw new Error('The simulator did not start')
  const before = await ask<Usage>(server, 'usage')
  const texting = fork(client, [JSON.stringify(serving), String(messages)])
  const load = (await once(texting, 'message'))[0] as Load
  const after = await ask<Usage>(server, 'usage')
  server.kill()
  if (after.accepted !== load.accepted) {
    throw new Error(`${load.accepted} were answered, ${after.accepted} are in the outbox`)
  }
  const cpu = after.cpuSeconds - before.cpuSeconds
  const n = load.accepted
  return [
    { what: 'accepted texts a second', value: n / load.seconds, unit: '/s', n, goal: '2000' },
    {
      what: 'accepted texts a second of its processor',
      value: n / cpu,
      unit: '/s',
      n,
      goal: '2000',
    },
    { what: 'answer, median', value: load.p50Ms, unit: 'ms', n, goal: '' },
    { what: 'answer, 99th percentile', value: load.p99Ms, unit: 'ms', n, goal: '' },
    {
      what: `memory with them and ${extensions} extensions`,
      value: after.residentMb,
      unit: 'MB',
      n,
      goal: '< 300',
    },
    { what: 'start', value: median(startMs), unit: 'ms', n: starts, goal: '< 300' },
    {
      what: 'reading its code before that',
      value: median(loadMs),
      unit: 'ms',
      n: starts,
      goal: '',
    },
    {
      what: 'a whole process, until it answers',
      value: median(processMs),
      unit: 'ms',
      n: starts,
      goal: '',
    },
  ]
}

async function ask<T>(child: ChildProcess, question: string): Promise<T> {
  child.send(question)
  return (await once(child, 'message'))[0] as T
}

/** The simulator's process, as `npm run simulator` starts it. */
async function serve(): Promise<void> {
  const before = performance.now()
  enableCompileCache()
  const { startSimulator } = await import('../../simulator/simulator.ts')
  const loaded = performance.now()
  const simulator = await startSimulator({ limits: false })
  const startMs = performance.now() - loaded
  for (let i = simulator.extensions().length; i < extensions; i++) {
    const phoneNumber = `+1646${5_550_000 + 20_000 + i}`
    const id = String(70_000_000_000 + i)
    simulator.addExtension({
      id,
      firstName: 'Person',
      lastName: String(i),
      phoneNumbers: [phoneNumber],
    })
  }
  const { url, clientId, clientSecret } = simulator
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    const usage: Usage = {
      residentMb: process.memoryUsage.rss() / 2 ** 20,
      cpuSeconds: (user + system) / 1e6,
      accepted: simulator.outbox().length,
    }
    process.send?.(usage)
  })
  process.on('disconnect', () => process.exit(0))
  const serving: Serving = { url, clientId, clientSecret, loadMs: loaded - before, startMs }
  process.send?.(serving)
}

const [, script, role] = process.argv
if (script === self) {
  if (role === 'serve') await serve()
  else {
    for (const { what, value, unit, n, goal } of await measureSimulator({
      messages: Number(role) || 100_000,
    })) {
      console.log(
        `${what.padEnd(48)} ${value.toFixed(1).padStart(9)} ${unit.padEnd(3)} n=${n} ${goal && `goal ${goal}`}`,
      )
    }
  }
}
