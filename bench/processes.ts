import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'

export type Running = { process: ChildProcess; readyAfterMs: number; stop(): Promise<void> }

/** Starts a program of ours and waits until a line of its output says that it is ready. */
export async function run(
  args: string[],
  options: { ready: RegExp; env?: Record<string, string> },
): Promise<Running & { line: string }> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const line = await new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
      const found = options.ready.exec(output)
      if (found) resolve(found[0])
    })
    child.on('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${output}`)))
  })
  return {
    process: child,
    line,
    readyAfterMs: performance.now() - startedAt,
    async stop() {
      if (child.exitCode !== null) return
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
