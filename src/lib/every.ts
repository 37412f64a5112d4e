/** Something that is done again and again, until it is closed. */
export type Repeated = { close(): Promise<void> }

/**
 * Does `work` every so many milliseconds, never twice at the same time. `close` waits for the one that
 * is under way. Keeps no process alive.
 */
export function every(
  milliseconds: number,
  work: () => Promise<void>,
  onError: (error: unknown) => void,
): Repeated {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= work()
      .catch(onError)
      .finally(() => {
        running = undefined
      })
  }, milliseconds)
  timer.unref()
  return {
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
