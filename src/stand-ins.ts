// The stand-ins are loaded only where they stand in: with a Postgres and a RingCentral of one's own, neither is.
import type { Config } from './config.ts'
import type { Logger } from './lib/logger.ts'

/** The Postgres that was named, or one of our own in the data directory. */
export async function startDatabase(
  config: Config,
  logger: Logger,
): Promise<{ url: string; notice?: string | undefined; stop(): Promise<void> }> {
  if (config.databaseUrl) return { url: config.databaseUrl, stop: async () => undefined }
  const { startEmbeddedPostgres } = await import('./db/embedded-postgres.ts')
  return startEmbeddedPostgres({ dataDir: config.dataDir, log: logger })
}

const simulatorClient = { clientId: 'simulator-client', clientSecret: 'simulator-secret' }

/**
 * The simulator in RingCentral's place; a worker uses the one that a web process runs beside it. Its
 * token endpoint is generous, so that nobody waits who only tries things out.
 */
export async function startSimulatedRingCentral(config: Config) {
  const serverUrl = `http://localhost:${config.simulatorPort}`
  if (config.role === 'worker') {
    return { ...simulatorClient, serverUrl, close: async () => undefined }
  }
  const { startSimulator } = await import('../simulator/simulator.ts')
  const simulator = await startSimulator({
    port: config.simulatorPort,
    ...simulatorClient,
    limits: { Auth: config.tokenCallsPerMinute },
    calls: { logLagMs: 1_000 },
  })
  return {
    ...simulatorClient,
    serverUrl: `http://localhost:${simulator.port}`,
    close: () => simulator.close(),
  }
}
