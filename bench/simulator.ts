/**
 * How much the simulator takes: it must never be what holds our own benchmarks back. It runs in a process of its own, and
 * whoever texts through it in another. Alone: `node bench/simulator.ts`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

export interface SimulatorFigure {
  what: string
  value: number
  unit: string
  /** Of how many. */
  n: number
  goal: string
}

interface Serving {
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

interface Load {
  accepted: number
  refused: number
  seconds: number
  p50Ms: number
  p99Ms: number
}

const self = fileURLToPath(import.meta.url)
/** Those of `npm run simulator`: a small nursery for objects costs no speed here, and spares 100 MB. */
const flags = ['--max-semi-space-size=4']
const starts = 5
const senders = 8
const connections = 16
const extensions = 1000

/** Starts it some times, then lets the last one take `messages` texts as fast as it can. */
export async function measureSimulator({ messages = 100_000 } = {}): Promise<SimulatorFigure[]> {
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
  const client = fork(self, ['load', JSON.stringify(serving), String(messages)])
  const load = (await once(client, 'message'))[0] as Load
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

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

async function ask<T>(child: ChildProcess, question: string): Promise<T> {
  child.send(question)
  return (await once(child, 'message'))[0] as T
}

/** The simulator's process, as `npm run simulator` starts it. */
async function serve(): Promise<void> {
  const before = performance.now()
  enableCompileCache()
  const { startSimulator } = await import('../simulator/simulator.ts')
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

/** The other process: some extensions log in and text, each over connections that stay open. */
async function load(serving: Serving, messages: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const people = await Promise.all(
    Array.from({ length: senders }, async (_, i) => {
      const number = 3 + i
      const token = await logIn(serving, String(70_000_000_000 + number))
      return { token, from: `+1646${5_570_000 + number}` }
    }),
  )
  const took: number[] = []
  let refused = 0
  let next = 0
  const text = async () => {
    while (next < messages) {
      const { token, from } = people[next % senders] as (typeof people)[number]
      const to = `+1310${5_550_000 + 20_000 + (next % 5000)}`
      next += 1
      const before = performance.now()
      const status = await post(agent, serving.url, token, {
        from: { phoneNumber: from },
        to: [{ phoneNumber: to }],
        text: `Your order ${next} is on its way and should arrive tomorrow before noon.`,
      })
      took.push(performance.now() - before)
      if (status !== 200) refused += 1
    }
  }
  const before = performance.now()
  await Promise.all(Array.from({ length: connections }, text))
  const seconds = (performance.now() - before) / 1000
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(took.length * share)] ?? Number.NaN
  const result: Load = {
    accepted: messages - refused,
    refused,
    seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
  process.send?.(result)
  agent.destroy()
  process.disconnect()
}

async function logIn(
  { url, clientId, clientSecret }: Serving,
  extensionId: string,
): Promise<string> {
  const redirect_uri = 'http://client.test/callback'
  const consent = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri,
    decision: 'allow',
    extensionId,
  }
  const address = `${url}/restapi/oauth/authorize`
  const body = new URLSearchParams(consent)
  const allowed = await fetch(address, { method: 'POST', body, redirect: 'manual' })
  const code = new URL(allowed.headers.get('location') ?? '').searchParams.get('code') ?? ''
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const answer = await fetch(`${url}/restapi/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

function post(agent: Agent, url: string, token: string, body: object): Promise<number> {
  const text = JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sending = request(`${url}/restapi/v1.0/account/~/extension/~/sms`, {
      agent,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      },
    })
    sending.on('error', reject)
    sending.on('response', (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sending.end(text)
  })
}

const [, script, role, first = '', second = ''] = process.argv
if (script === self) {
  if (role === 'serve') await serve()
  else if (role === 'load') await load(JSON.parse(first), Number(second))
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
