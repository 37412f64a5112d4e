import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/** An idle machine needs three; a busy one has its time. */
const readyWithinMs = 50_000

export type GatewayProcess = ReturnType<typeof startProcess>

/** What a process writes and how it ends. It ends with the test at the latest. */
export function follow(child: ChildProcess) {
  let output = ''
  child.stdout?.on('data', (chunk) => (output += chunk))
  child.stderr?.on('data', (chunk) => (output += chunk))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return {
    exited,
    get output() {
      return output
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  }
}

/** The server as `npm start` runs it, in an environment that has `env` and nothing else of ours. */
export function startProcess(env: Record<string, string>, nodeOptions: readonly string[] = []) {
  const { PATH = '', HOME = '', TMPDIR = tmpdir() } = process.env
  const child: ChildProcess = spawn(process.execPath, [...nodeOptions, main], {
    // Away from the repository, whose .env is its developer's.
    cwd: env.DATA_DIR ?? tmpdir(),
    env: { PATH, HOME, TMPDIR, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const followed = follow(child)
  const { exited } = followed

  return {
    exited,
    get output() {
      return followed.output
    },
    kill: followed.kill,

    /** Waits for the line that says so. */
    async ready(): Promise<void> {
      const giveUpAt = Date.now() + readyWithinMs
      while (!followed.output.includes('RingQL is ready')) {
        if (child.exitCode !== null || Date.now() > giveUpAt) {
          throw new Error(
            `The server did not start (exit code ${child.exitCode}):\n${followed.output}`,
          )
        }
        await sleep(20)
      }
    },

    /** Asks it to stop; answers its exit code and how long it took. */
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      const askedAt = performance.now()
      child.kill(signal)
      const code = await exited
      return { code, ms: performance.now() - askedAt }
    },
  }
}

/** A data directory of one's own. What still runs in it after the test is ended. */
export async function createDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringql-start-'))
  onTestFinished(async () => {
    const postmaster = await postmasterOf(dataDir)
    if (postmaster) {
      process.kill(postmaster, 'SIGQUIT')
      while (isAlive(postmaster)) await sleep(10)
    }
    await rm(dataDir, { recursive: true, force: true })
  })
  return dataDir
}

/** The process of the embedded Postgres of a data directory, if it runs. */
export async function postmasterOf(dataDir: string): Promise<number | undefined> {
  const file = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(file, 10)
  return pid && isAlive(pid) ? pid : undefined
}

export async function readDemo(dataDir: string) {
  return JSON.parse(await readFile(join(dataDir, 'demo.json'), 'utf8'))
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
