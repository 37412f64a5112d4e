import { onTestFinished } from 'vitest'
import { createClock } from '../../simulator/clock.ts'
import type { SimulatorOptions } from '../../simulator/simulator.ts'
import type { AppOptions } from '../../src/app.ts'

/**
 * One time for the gateway and its RingCentral, which runs on by itself and can be moved. Options for
 * `startGateway`; `shared` by a file's tests, its `close` is called after the gateway's `stop`.
 */
export function sharedTime(
  options: { app?: Partial<AppOptions>; simulator?: SimulatorOptions; shared?: boolean } = {},
) {
  const clock = createClock()
  const close = () => clock.close()
  if (!options.shared) onTestFinished(close)
  return {
    close,
    shared: options.shared ?? false,
    app: { clock: { now: () => new Date(clock.now()) }, ...options.app },
    simulator: { clock, ...options.simulator },
    /** Lets so many milliseconds pass, at once. */
    pass: (milliseconds: number) => clock.advance(milliseconds),
  }
}
