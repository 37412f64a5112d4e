import { fileURLToPath } from 'node:url'
import { ask } from '../ipc.ts'
import { run } from '../processes.ts'
import type { Wish } from './requests.ts'

export type Plan = {
  url: string
  wish: Wish
  /** From which one on, so that nothing is asked for twice. */
  from: number
  requests: number
  /** How many at once, each over a connection that stays open. */
  connections: number
  /** What a good answer has in it. */
  expects: string
}

export type Load = { seconds: number; p50Ms: number; p99Ms: number }

const main = fileURLToPath(new URL('../peers/load.ts', import.meta.url))

/** Whoever asks, in a process of its own. Fails if any answer is not a good one. */
export async function startLoad() {
  const { process: child, stop } = await run([main], { ready: /ready to ask/ })
  return { ask: (plan: Plan) => ask<Load>(child, 'load', plan), stop }
}

export type Asker = Awaited<ReturnType<typeof startLoad>>
