/** RingCentral's stand-in in a process of its own, without its limits: what is measured is us. */
import { startSimulator } from '../../simulator/simulator.ts'

const simulator = await startSimulator({ limits: false, calls: { logLagMs: 1_000 } })
console.log(`listening at ${simulator.url}\n`)
process.on('SIGTERM', () => void simulator.close().then(() => process.exit(0)))
