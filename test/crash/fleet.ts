import { setTimeout as sleep } from 'node:timers/promises'
import { type Spawned, spawnEntry } from './instance-process.ts'
import type { LastWords, Trap } from './trap.ts'

export type Role = 'web' | 'worker'
export type Instance = ReturnType<Fleet['all']>[number]
export type Fleet = ReturnType<typeof createFleet>

/**
 * So many processes of the gateway, each started again when it ends, whoever ended it. Those that ended
 * without being told to are counted: nothing that the rig does to others is a reason to fall over.
 */
export function createFleet(options: {
  role: Role
  size: number
  /** What an instance runs. */
  file: string
  /** What every instance is told beside its role. */
  app: object
  logs: string
}) {
  const { role, size, file, app, logs } = options
  const startMs: number[] = []
  const fellOver: string[] = []
  let stopping = false

  function createSlot(name: string) {
    let child: Spawned
    let port: number | undefined
    let busy = false
    let told = false
    let lastWords: ((words: LastWords) => void) | undefined

    const start = async (): Promise<void> => {
      const startedAt = performance.now()
      told = false
      child = spawnEntry(file, { ...app, role }, `${logs}/${name}.log`)
      child.onLine((line) => lastWords?.(JSON.parse(line)))
      void child.exited.then(async ({ code, signal }) => {
        const started = port !== undefined
        port = undefined
        if (stopping) return
        if (!told)
          fellOver.push(`${name} ${started ? 'ended' : 'did not start'}: ${signal ?? code}`)
        // Whoever restarts it, in production, does not do so in a tight loop.
        if (!started) await sleep(500)
        if (!stopping) await start()
      })
      const ready = await child.ready
      if (!ready) return
      port = ready.port
      startMs.push(performance.now() - startedAt)
    }

    return {
      name,
      role,
      start,
      get port() {
        return port
      },
      get isReady() {
        return port !== undefined && !busy
      },
      /** Lets nobody else choose this one as a victim meanwhile. */
      async victimise<T>(work: () => Promise<T>): Promise<T> {
        busy = true
        try {
          return await work()
        } finally {
          busy = false
        }
      },
      /** Sets a trap; what it says when it snaps, or undefined when no text came along in time. */
      async trap(trap: Trap, withinMs: number): Promise<LastWords | undefined> {
        const snapped = new Promise<LastWords>((resolve) => {
          lastWords = resolve
        })
        if (trap.signal === 'SIGKILL') told = true
        child.tell(trap)
        return Promise.race([snapped, sleep(withinMs, undefined)])
      },
      signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT') {
        if (signal === 'SIGKILL') told = true
        child.signal(signal)
      },
      async end() {
        await child.kill()
      },
    }
  }

  const slots = Array.from({ length: size }, (_, n) => createSlot(`${role}-${n + 1}`))
  return {
    role,
    /** How long each start took. */
    startMs,
    fellOver,
    all: () => slots,
    ready: () => slots.filter((slot) => slot.isReady),
    async start() {
      // The first one alone: it makes what all of them share, such as the queues.
      await slots[0]?.start()
      await Promise.all(slots.slice(1).map((slot) => slot.start()))
    },
    async stop() {
      stopping = true
      await Promise.all(slots.map((slot) => slot.end()))
    },
  }
}
