import { fileURLToPath } from 'node:url'
import { ask } from '../ipc.ts'
import { run } from '../processes.ts'
import type { Latencies, OpenScreens, Progress } from './main.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

export type Screens = Awaited<ReturnType<typeof startScreens>>

/** The process that holds the screens, of one server after the other. */
export async function startScreens() {
  const { process: child, stop } = await run([main], { ready: /the screens are there/ })
  return {
    open: (options: OpenScreens) => ask(child, 'open', options),
    watch: (most: number, sign?: string) => ask(child, 'watch', { most, sign }),
    progress: () => ask<Progress>(child, 'progress'),
    arrived: (upTo: number, patienceMs = 20_000) =>
      ask<number>(child, 'arrived', { upTo, patienceMs }),
    look: (words: string) => ask(child, 'look', words),
    seen: (withinMs: number) => ask<number>(child, 'seen', withinMs),
    latencies: (thereAt: number[]) => ask<Latencies>(child, 'latencies', thereAt),
    ownLatencies: (thereAt: number[]) => ask<Latencies>(child, 'ownLatencies', thereAt),
    close: () => ask(child, 'close'),
    stop,
  }
}
