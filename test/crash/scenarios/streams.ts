import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { EventType } from '../../../src/events/event.ts'
import type { ToWriter, WriterOptions, Written } from '../event-writer.ts'
import type { Fleet } from '../fleet.ts'
import { spawnEntry } from '../instance-process.ts'
import type { Random } from '../random.ts'
import { createRig, type Rig } from '../rig.ts'
import { type Broken, type Findings, isBroken, nothingBroken, type Scenario } from '../scenario.ts'
import { createSubscriber, type Subscriber } from '../subscriber.ts'
import { ask, createTenants } from '../tenants.ts'

const types: EventType[] = ['message.received', 'message.status']
const subscribersEach = 4
const writerProcesses = 2
const writersEach = 10
/** The writers rest while subscribers have more than this to catch up with, all taken together. */
const mostOwed = 100_000
/** At the end: who gets nothing of what is left for so long will not get it any more. */
const stuckAfterMs = 60_000

export const streams: Scenario = {
  name: 'streams',
  promise: 'who resumes after a cursor gets everything later, once and in order',
  /** Events delivered to subscribers that had resumed. */
  cycles: 1_000_000,

  async run({ cluster, seed, random, cycles, until, say }): Promise<Findings> {
    const rig = await createRig({ cluster, seed })
    try {
      const webs = await rig.startFleet('web', 2)
      const broken = nothingBroken()
      const subscribers = await subscribe(rig, webs, random, broken)
      const writers = startWriters(rig, [...new Set(subscribers.map((s) => s.tenantId))], seed)
      const sum = (what: keyof Subscriber['tally']) =>
        subscribers.reduce((total, { tally }) => total + tally[what], 0)

      const startedAt = Date.now()
      const killing = killNowAndThen(webs, random.fork())
      for (let toldAt = 0; sum('resumed') < cycles && Date.now() < until; await sleep(200)) {
        const owed = subscribers.reduce((n, subscriber) => n + owedTo(subscriber, writers.all()), 0)
        writers.tell(owed > mostOwed ? 'pause' : 'go')
        if (Date.now() - toldAt < 10_000) continue
        toldAt = Date.now()
        say(`${sum('resumed')} delivered after ${sum('resumes')} resumptions, ${owed} under way`)
      }
      await writers.stop()
      await catchUp(subscribers, writers.all(), broken)
      const seconds = (Date.now() - startedAt) / 1000
      const kills = await killing.stop()
      await Promise.all(subscribers.map((subscriber) => subscriber.leave()))

      const findings: Findings = {
        ...broken,
        n: sum('resumed'),
        undecided: 0,
        figures: {
          gaps: broken.lost.length,
          repeats: broken.doubled.length,
          'events written': Object.values(writers.all()).reduce((total, n) => total + n, 0),
          'events delivered': sum('received'),
          'events delivered a second': Math.round(sum('received') / seconds),
          subscribers: subscribers.length,
          'writers, in processes': `${writerProcesses * writersEach}, ${writerProcesses}`,
          resumptions: sum('resumes'),
          'sockets cut by subscribers': sum('cuts'),
          'instances killed': kills.killed,
          'instances frozen for a second or two': kills.frozen,
          'cut with SLOW_CONSUMER': sum('tooSlow'),
          'other errors on the way': sum('errors'),
          'fell over by itself': webs.fellOver.slice(0, 5).join('; ') || 0,
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

async function subscribe(rig: Rig, webs: Fleet, random: Random, broken: Broken) {
  const tenants = await createTenants(rig, { tenants: 2, linesEach: 0 })
  const ports = () => webs.all().flatMap((web) => web.port ?? [])
  const subscribers: Subscriber[] = []
  for (const { id: tenantId, secret } of tenants) {
    const { status } = await ask(rig, secret, '{ status { cursor } }')
    for (const type of types) {
      for (let n = 1; n <= subscribersEach; n += 1) {
        const name = `subscriber ${n} of ${tenantId} to ${type}`
        const dice = random.fork()
        const start = status.cursor
        subscribers.push(
          createSubscriber({ name, tenantId, secret, type, start, ports, random: dice, broken }),
        )
      }
    }
  }
  return subscribers
}

/** Processes that write to the tenants' logs, past the gateway's, as workers would. */
function startWriters({ databaseUrl, logs }: Rig, tenantIds: string[], seed: number) {
  const processes = Array.from({ length: writerProcesses }, (_, n) => {
    const writers = Array.from({ length: writersEach }, (_, m) => `writer-${n + 1}-${m + 1}`)
    const options: WriterOptions = { databaseUrl, tenantIds, types, writers, seed: seed + n }
    const file = fileURLToPath(new URL('../event-writer.ts', import.meta.url))
    const child = spawnEntry(file, options, `${logs}/event-writer-${n + 1}.log`)
    const process = { child, written: {} as Written }
    child.onLine((line) => {
      process.written = JSON.parse(line)
    })
    return process
  })
  const tell = (message: ToWriter) => {
    // A string is a message, too.
    for (const { child } of processes) child.tell(message as unknown as object)
  }
  return {
    all: (): Written => Object.assign({}, ...processes.map(({ written }) => written)),
    tell,
    async stop() {
      tell('stop')
      await Promise.all(processes.map(({ child }) => child.exited))
      // Its last line may come behind its exit.
      await sleep(200)
    },
  }
}

function owedTo(subscriber: Subscriber, written: Written): number {
  const stream = `${subscriber.tenantId} ${subscriber.type} `
  const all = Object.entries(written).filter(([of]) => of.startsWith(stream))
  return all.reduce((n, [of, to]) => n + to - subscriber.lastOf(of.slice(stream.length)), 0)
}

async function catchUp(subscribers: Subscriber[], written: Written, broken: Broken) {
  const owed = () => subscribers.reduce((n, subscriber) => n + owedTo(subscriber, written), 0)
  let left = owed()
  for (
    let movedAt = Date.now();
    left > 0 && Date.now() - movedAt < stuckAfterMs;
    await sleep(100)
  ) {
    const now = owed()
    if (now !== left) movedAt = Date.now()
    left = now
  }
  for (const subscriber of subscribers) {
    const missing = owedTo(subscriber, written)
    if (missing !== 0) broken.lost.push(`${subscriber.name}: the last ${missing}`)
  }
}

/** One of the instances at a time, so that there is one to resume at. */
function killNowAndThen(webs: Fleet, random: Random) {
  const deeds = { killed: 0, frozen: 0 }
  let stopping = false
  const doing = (async () => {
    while (!stopping) {
      await sleep(random.between(1_000, 5_000))
      const ready = webs.ready()
      if (ready.length < 2 || stopping) continue
      const victim = random.pick(ready)
      if (random.chance(0.25)) {
        deeds.frozen += 1
        victim.signal('SIGSTOP')
        await sleep(random.between(500, 2_000))
        victim.signal('SIGCONT')
      } else {
        deeds.killed += 1
        victim.signal('SIGKILL')
      }
    }
  })()
  return {
    async stop() {
      stopping = true
      await doing
      return deeds
    },
  }
}
