import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type Spawned = ReturnType<typeof spawnEntry>

const living = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

/** Runs a file as a process of its own, with one JSON argument. What it complains about is kept in `logFile`. */
export function spawnEntry(file: string, argument: object, logFile: string) {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [file, JSON.stringify(argument)], {
    env: { PATH, HOME, NODE_COMPILE_CACHE: join(tmpdir(), 'ringql-crash-cache') },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  living.add(child)
  const log = createWriteStream(logFile, { flags: 'a' })
  child.stderr?.pipe(log)
  const exited = once(child, 'exit').then(([code, signal]) => {
    living.delete(child)
    return { code: code as number | null, signal: signal as NodeJS.Signals | null }
  })
  // Killed while something was being written to it.
  child.on('error', () => undefined)

  return {
    pid: child.pid as number,
    exited,
    get alive() {
      return living.has(child)
    },
    /** Each line that it writes to its standard output. */
    onLine(hear: (line: string) => void) {
      if (child.stdout) createInterface({ input: child.stdout }).on('line', hear)
    },
    /** What it says first; undefined if it ends before. */
    ready: new Promise<any>((resolve) => {
      child.once('message', resolve)
      child.once('exit', () => resolve(undefined))
    }),
    tell(message: object) {
      if (child.connected) child.send(message, () => undefined)
    },
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
