import { enableCompileCache } from 'node:module'

/** `npm run simulator`: the simulator alone, until it is interrupted. */
// Half of the time to start went into reading TypeScript: from the second start on it is remembered.
enableCompileCache()
const { startSimulator } = await import('./simulator.ts')

const port = Number(process.env.SIMULATOR_PORT || 4010)
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`SIMULATOR_PORT must be a port number, and is "${process.env.SIMULATOR_PORT}".`)
  process.exit(1)
}

const people = Number(process.env.SIMULATOR_PEOPLE || 0)
if (!Number.isInteger(people) || people < 0 || people > 100_000) {
  console.error(
    `SIMULATOR_PEOPLE must be a whole number, and is "${process.env.SIMULATOR_PEOPLE}".`,
  )
  process.exit(1)
}

const simulator = await startSimulator({
  port,
  people,
  scope: process.env.SIMULATOR_SCOPE || undefined,
  clientId: process.env.RINGCENTRAL_CLIENT_ID || undefined,
  clientSecret: process.env.RINGCENTRAL_CLIENT_SECRET || undefined,
  logger: { info: console.log, warn: console.warn },
}).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error
  console.error(`Port ${port} is taken. Choose another: SIMULATOR_PORT=4011 npm run simulator`)
  process.exit(1)
})

const [number] = simulator.numbers().filter((one) => one.extensionId !== undefined)

console.log(`
RingCentral simulator at ${simulator.url}

  Look at it      ${simulator.url}/simulator
  Client id       ${simulator.clientId}
  Client secret   ${simulator.clientSecret === 'simulator-secret' ? 'simulator-secret' : '(yours)'}

  Make a text arrive:
  curl ${simulator.url}/simulator/inbound -H 'content-type: application/json' \\
    -d '{"from":"+13105550177","to":"${number?.phoneNumber}","text":"Hello there"}'

Press Ctrl-C to stop.
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close())
}
