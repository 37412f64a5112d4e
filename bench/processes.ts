import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ask } from './ipc.ts'
import type { Usage } from './probe.ts'

const probe = fileURLToPath(new URL('probe.ts', import.meta.url))

export type Running = {
  process: ChildProcess
  readyAfterMs: number
  /** What it has used so far, by its own counters. */
  usage(): Promise<Usage>
  stop(): Promise<void>
}

/** Starts a program of ours and waits until a line of its output says that it is ready. */
export async function run(
  args: string[],
  options: {
    ready: RegExp
    env?: Record<string, string>
    /** Whether it is asked for its counters, which takes 5 MB of its memory. */
    isProbed?: boolean
  },
): Promise<Running & { line: string }> {
  const startedAt = performance.now()
  const { isProbed = true } = options
  const child = spawn(process.execPath, [...(isProbed ? ['--import', probe] : []), ...args], {
    env: { ...process.env, ...options.env },
    stdio: isProbed ? ['ignore', 'pipe', 'inherit', 'ipc'] : ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer) => {
      output += chunk
      const found = options.ready.exec(output)
      if (!found) return
      child.stdout?.off('data', read).resume()
      resolve(found[0])
    }
    child.stdout?.on('data', read)
    child.on('exit', (code) => reject(new Error(`${args.at(-1)} ended with ${code}: ${output}`)))
  })
  return {
    process: child,
    line,
    readyAfterMs: performance.now() - startedAt,
    usage: () => ask<Usage>(child, 'usage'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await exited
    },
  }
}

/** Resident memory in MB (10^6 bytes); undefined where there is no /proc. */
export async function residentMb(child: ChildProcess): Promise<number | undefined> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
  const kib = /VmRSS:\s+(\d+) kB/.exec(status)?.[1]
  return kib === undefined ? undefined : (Number(kib) * 1024) / 1e6
}
