import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet, Instance } from './fleet.ts'
import { createRandom, type Random } from './random.ts'
import type { Rig } from './rig.ts'
import type { LastWords, Trap } from './trap.ts'

const deeds = {
  'kill a worker around a send': 40,
  'kill a worker anywhere': 14,
  'freeze a worker around a send': 14,
  'freeze a worker anywhere': 8,
  'freeze a worker past its lease': 10,
  'kill a web process': 6,
  'crash Postgres': 1,
  'cut RingCentral': 3,
  'cut Postgres': 2,
  'cut clients': 2,
}
type Deed = keyof typeof deeds

type Enemies = {
  webs: Fleet
  workers: Fleet
  seed: number
  /** How often something happens, if not as usual. */
  emphasis?: Partial<Record<Deed, number>>
}

/** A worker that was killed while it held a lane. */
export type Death = { at: number; from: string; text: string }

/** No text came along for a trap: then it happens anyhow. */
const trapWithinMs = 1_500

/**
 * Breaks things, one cycle after the other and two at a time. Each cycle's choices hang on the seed and
 * its number alone; what they meet hangs on the machine.
 */
export function createNemesis(rig: Rig, { webs, workers, seed, emphasis }: Enemies) {
  const weights = { ...deeds, ...emphasis }
  const done: Partial<Record<Deed, number>> = {}
  const deaths: Death[] = []
  let snapped = 0

  async function cycle(number: number): Promise<void> {
    const random = createRandom((seed + number * 7919) >>> 0)
    const deed = random.weighted(weights)
    await commit(deed, random)
    done[deed] = (done[deed] ?? 0) + 1
  }

  function commit(deed: Deed, random: Random): Promise<unknown> {
    switch (deed) {
      case 'kill a worker around a send':
        return withVictim(workers, random, (victim) => kill(victim, random))
      case 'kill a worker anywhere':
        return withVictim(workers, random, (victim) => strikeAnywhere(victim, 'SIGKILL', random))
      case 'freeze a worker around a send':
        return withVictim(workers, random, (victim) => freeze(victim, random))
      case 'freeze a worker anywhere':
        return withVictim(workers, random, async (victim) => {
          await strikeAnywhere(victim, 'SIGSTOP', random)
          await sleep(random.between(100, 4_000))
          victim.signal('SIGCONT')
        })
      case 'freeze a worker past its lease':
        return withVictim(workers, random, (victim) => freezePastLease(victim, random))
      case 'kill a web process':
        return withVictim(webs, random, (victim) => strikeAnywhere(victim, 'SIGKILL', random))
      case 'crash Postgres':
        return rig.cluster.crash()
      case 'cut RingCentral':
        return cut(rig.cables.ringCentral, random)
      case 'cut Postgres':
        return cut(rig.cables.postgres, random)
      case 'cut clients':
        return cut(rig.cables.front, random)
    }
  }

  async function kill(victim: Instance, random: Random) {
    const words = await victim.trap(drawTrap('SIGKILL', random), trapWithinMs)
    if (!words) return victim.signal('SIGKILL')
    snapped += 1
    // Every other lane is not waited for: it would stand still for most of the time.
    if (random.chance(0.5)) await letLeaseRunOut(words)
    else deaths.push({ at: Date.now(), from: words.from, text: words.text })
  }

  async function freeze(victim: Instance, random: Random) {
    const words = await victim.trap(drawTrap('SIGSTOP', random), trapWithinMs)
    if (words) snapped += 1
    else victim.signal('SIGSTOP')
    await sleep(random.between(100, 4_000))
    victim.signal('SIGCONT')
  }

  /** The clock of the lease is moved instead of waiting: its holder wakes up and is nobody any more. */
  async function freezePastLease(victim: Instance, random: Random) {
    const words = await victim.trap(drawTrap('SIGSTOP', random), trapWithinMs)
    if (words) {
      snapped += 1
      await letLeaseRunOut(words)
    } else victim.signal('SIGSTOP')
    await sleep(random.between(500, 6_000))
    victim.signal('SIGCONT')
  }

  const letLeaseRunOut = ({ from }: LastWords) =>
    rig.rows(
      `UPDATE "SendLane" SET "leaseUntil" = clock_timestamp() WHERE "extensionRowId" =
        (SELECT "extensionRowId" FROM "PhoneNumber" WHERE "phoneNumber" = $1)`,
      [from],
    )

  return {
    deaths,
    get summary() {
      const each = Object.entries(done).map(([deed, n]) => `${deed} ${n}`)
      return `${each.join(', ')}; ${snapped} of them at a chosen point of a request`
    },

    /** @returns how many cycles there were time for */
    async run(options: {
      cycles: number
      atOnce: number
      until: number
      onCycle: (n: number) => void
    }): Promise<number> {
      let begun = 0
      let ended = 0
      const loop = async () => {
        while (begun < options.cycles && Date.now() < options.until) {
          begun += 1
          await cycle(begun)
          ended += 1
          options.onCycle(ended)
        }
      }
      await Promise.all(Array.from({ length: options.atOnce }, loop))
      return ended
    },
  }
}

function drawTrap(signal: Trap['signal'], random: Random): Trap {
  const at = random.pick(['before', 'during', 'after'] as const)
  // From an instant up to about as long as a request and its commit take.
  const delayMs = random.chance(0.4) ? 0 : Math.floor(random.between(0, at === 'before' ? 5 : 25))
  return { at, signal, delayMs }
}

async function strikeAnywhere(victim: Instance, signal: 'SIGKILL' | 'SIGSTOP', random: Random) {
  await sleep(random.between(0, 300))
  victim.signal(signal)
}

async function withVictim(
  fleet: Fleet,
  random: Random,
  work: (victim: Instance) => Promise<unknown>,
) {
  for (;;) {
    const ready = fleet.ready()
    // One of them goes on with the work: dead workers alone would prove little, and send nothing.
    if (ready.length > 1 || fleet.all().length === 1) {
      const victim = random.pick(ready)
      return victim.victimise(() => work(victim))
    }
    await sleep(20)
  }
}

async function cut(cable: Rig['cables']['front'], random: Random) {
  const how = random.pick(['reset', 'refuse', 'black hole', 'up', 'down'] as const)
  if (how === 'reset') return cable.resetAll()
  if (how === 'up' || how === 'down') {
    cable.cutNext({ direction: how, afterBytes: random.integer(0, 400) })
    return sleep(200)
  }
  return cable.during(how, () => sleep(random.between(200, 2_000)))
}
