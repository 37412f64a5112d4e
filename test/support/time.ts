import { onTestFinished } from 'vitest'
import { createClock } from '../../simulator/clock.ts'
import type { SimulatorOptions } from '../../simulator/simulator.ts'
import type { AppOptions } from '../../src/app.ts'

/** One time for the gateway and its RingCentral, which runs on by itself and can be moved. Options for `startGateway`. */
export function sharedTime(
  options: { app?: Partial<AppOptions>; simulator?: SimulatorOptions } = {},
) {
  const clock = createClock()
  onTestFinished(() => clock.close())
  return {
    app: { clock: { now: () => new Date(clock.now()) }, ...options.app },
    simulator: { clock, ...options.simulator },
    /** Lets so many milliseconds pass, at once. */
    pass: (milliseconds: number) => clock.advance(milliseconds),
  }
}
