import type { ChildProcess } from 'node:child_process'

type Question = { id: number; ask: string; given: unknown }
type Answer = { id: number; result?: unknown; failure?: string }

let questions = 0

/** Asks a process that we started, by a name that it has handed to `answer`. */
export function ask<Result = void>(
  child: ChildProcess,
  name: string,
  given: unknown = null,
): Promise<Result> {
  questions += 1
  const id = questions
  return new Promise((resolve, reject) => {
    const done = (settle: () => void) => {
      child.off('message', onMessage)
      child.off('exit', onExit)
      settle()
    }
    const onMessage = (message: Answer) => {
      if (message.id !== id) return
      const { result, failure } = message
      done(() => (failure === undefined ? resolve(result as Result) : reject(new Error(failure))))
    }
    const onExit = () => done(() => reject(new Error(`It ended before it answered '${name}'`)))
    child.on('message', onMessage)
    child.on('exit', onExit)
    child.send({ id, ask: name, given } satisfies Question, (error) => {
      if (error) done(() => reject(error))
    })
  })
}

/** The other end: what this process answers. Several parts of it may each answer their own. */
// biome-ignore lint/suspicious/noExplicitAny: what is given has the shape that the asker knows
export function answer(handlers: Record<string, (given: any) => unknown>): void {
  process.on('message', async (message: Question) => {
    const handler = handlers[message.ask]
    if (!handler) return
    try {
      process.send?.({ id: message.id, result: await handler(message.given) } satisfies Answer)
    } catch (error) {
      process.send?.({ id: message.id, failure: String(error) } satisfies Answer)
    }
  })
  // Listening alone is no reason to stay, and nobody stays without whom it was started by.
  process.channel?.unref()
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}
