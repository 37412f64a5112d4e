import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Running, residentMb } from '../processes.ts'
import type { Measured } from '../report.ts'
import { withBaseline } from '../rig/baseline.ts'
import { startDemo } from '../rig/demo.ts'
import type { Bench, Outcome } from './part.ts'

const kinds = ['first', 'later'] as const
const promisedMs = { first: 10_000, later: 4_000 }
const promisedMb = 250

/** From the start of the process to ready, in a new folder and in one that it knows; and what it then takes. */
export async function measureStart({ home, rounds, say }: Bench): Promise<Outcome> {
  const ready = { first: [] as number[], later: [] as number[] }
  const memory = { first: [] as number[], later: [] as number[] }
  for (let i = 0; i < rounds; i++) {
    for (const which of kinds) {
      say(`start ${i + 1} of ${rounds}, ${which}`)
      const gateway = await startDemo(join(home, `start-${i}`))
      ready[which].push(gateway.readyAfterMs)
      memory[which].push(...(await residentAfter(gateway, 2_000)))
      await gateway.stop()
    }
  }
  const bare = { ready: [] as number[], memory: [] as number[] }
  for (let i = 0; i < rounds; i++) {
    await withBaseline(home, async (baseline) => {
      bare.ready.push(baseline.readyAfterMs)
      bare.memory.push(...(await residentAfter(baseline, 1_000)))
    })
  }
  const measured = [
    ...kinds.map(
      (which): Measured => ({
        what: `${which} start, to ready`,
        unit: 'ms',
        ours: ready[which],
        baseline: { name: 'node:http + pg', samples: bare.ready },
        promised: promisedMs[which],
      }),
    ),
    ...kinds.map(
      (which): Measured => ({
        what: `resident after ${which} start, with the simulator in it`,
        unit: 'MB',
        ours: memory[which],
        baseline: { name: 'node:http + pg + ws', samples: bare.memory },
        promised: promisedMb,
      }),
    ),
  ]
  return { measured }
}

async function residentAfter({ process }: Running, ms: number): Promise<number[]> {
  await sleep(ms)
  const mb = await residentMb(process)
  return mb === undefined ? [] : [mb]
}
