import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { type Gateway, operatorKey } from './gateway.ts'

const dyingSender = fileURLToPath(new URL('../messages/dying-sender.ts', import.meta.url))

/** A worker in a process of its own, to be killed; it holds the lane of the first text that it sends for ever. */
export async function startDyingSender({
  url,
  databaseUrl,
  simulator,
}: Gateway): Promise<ChildProcess> {
  const options = {
    publicUrl: url,
    databaseUrl,
    operatorKey,
    ringCentral: {
      serverUrl: simulator.url,
      clientId: simulator.clientId,
      clientSecret: simulator.clientSecret,
    },
  }
  const child = spawn(process.execPath, [dyingSender, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await gone
  })
  await told(child, 'at work')
  return child
}

/** Until it has said so. */
export async function told(child: ChildProcess, word: string) {
  for await (const [chunk] of on(child)) if (String(chunk).includes(word)) return
}

async function* on(child: ChildProcess) {
  for (;;) yield once(child.stdout as NodeJS.EventEmitter, 'data')
}
