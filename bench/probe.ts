/** Loaded before every process that is measured, ours and the peers alike: it tells its own counters. */
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { answer } from './ipc.ts'

export type Usage = {
  /** Of all its threads, in user and system mode, since it was started. */
  cpuUs: number
  /** In MB (10^6 bytes). */
  residentMb: number
}

answer({
  usage: (): Usage => {
    const { user, system } = process.cpuUsage()
    return { cpuUs: user + system, residentMb: process.memoryUsage.rss() / 1e6 }
  },

  /** Throws away what is no longer used, so that what stays can be compared. */
  async settle() {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    for (let i = 0; i < 3; i++) {
      collect()
      await sleep(300)
    }
  },
})
