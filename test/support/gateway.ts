import { onTestFinished } from 'vitest'
import { type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts'
import { type App, type AppOptions, createApp } from '../../src/app.ts'
import { createDatabase } from '../../src/db/client.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { check } from '../simulator/contract/check.ts'
import { ContractViolation } from '../simulator/contract/contract-violation.ts'
import { createClient } from './client.ts'
import { createTestDatabase } from './database.ts'
import { allowAtRingCentral } from './person.ts'

export type Gateway = Awaited<ReturnType<typeof startGateway>>
export type TestTenant = Awaited<ReturnType<Gateway['createTenant']>>

export const operatorKey = 'operator-key-for-tests'

/** The simulator's people. */
export const ava = { extensionId: '62264425016', number: '+12025550101' }
export const ben = { extensionId: '62264426016', number: '+12125550102' }
export const cleo = { extensionId: '62264427016', number: '+14155550103' }

const everyScope = [
  'messages:read',
  'messages:send',
  'conversations:write',
  'consents:read',
  'consents:write',
  'extensions:read',
  'extensions:connect',
  'extensions:write',
  'calls:read',
  'calls:start',
  'calls:control',
  'people:read',
  'people:write',
  'templates:write',
  'settings:write',
  'tokens:create',
  'keys:manage',
  'audit:read',
  'app:manage',
]

const mutations = {
  createTenant:
    'mutation ($name: String!) { result: createTenant(input: { name: $name }) { ... on Tenant { id } } }',
  createApiKey:
    'mutation ($input: CreateApiKeyInput!) { result: createApiKey(input: $input) { ... on IssuedApiKey { secret apiKey { id } } ... on Error { code message } } }',
  createConnectToken:
    'mutation { result: createConnectToken { ... on ConnectToken { connectUrl } ... on Error { code message } } }',
}

/**
 * A started gateway with a database and a simulator of its own. All of it stops with the test; or,
 * shared by a file's tests, when `beforeAll` calls the `stop` that it returns.
 */
export async function startGateway(
  options: { app?: Partial<AppOptions>; simulator?: SimulatorOptions; shared?: boolean } = {},
) {
  const database = await createTestDatabase()
  // What the gateway asks of RingCentral, and is told, is held against RingCentral's own document.
  const violations: string[] = []
  const simulator = await startSimulator({
    observe: (observed) => void violations.push(...check(observed)),
    limits: false,
    delivery: { sentAfterMs: 20, deliveredAfterMs: 60 },
    calls: { ringMs: 50, talkMs: 50, logLagMs: 0 },
    ...options.simulator,
  })
  const instances: App[] = []
  const db = createDatabase({ url: database.url, applicationName: 'ringql-test', poolSize: 2 })

  /** One more instance on the same database, as behind a load balancer. */
  async function startInstance(overrides: Partial<AppOptions> = {}): Promise<App> {
    const app = await createApp({
      port: 0,
      publicUrl: null,
      databaseUrl: database.url,
      redisUrl: null,
      encryptionKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
      operatorKey,
      ringCentral: {
        serverUrl: simulator.url,
        clientId: simulator.clientId,
        clientSecret: simulator.clientSecret,
      },
      tokenCallsPerMinute: 600,
      role: 'all',
      graphiql: null,
      logger: createLogger(process.env.LOG_LEVEL ?? 'silent'),
      settleMs: 300,
      restMs: 300,
      logLagMs: 50,
      ...options.app,
      ...overrides,
    })
    instances.push(app)
    return app
  }

  const first = await startInstance()
  const { url } = first
  const operator = createClient(url, operatorKey)

  async function stop() {
    for (const instance of instances) await instance.close()
    await simulator.close()
    await db.$disconnect()
    await database.drop()
    if (violations.length > 0) throw new ContractViolation(violations)
  }
  if (!options.shared) onTestFinished(stop, 30_000)

  return {
    url,
    stop,
    simulator,
    operator,
    /** For looking at what is stored, and for nothing else. */
    db,
    databaseUrl: database.url,
    /** The instance that is there from the beginning, for stopping it early. */
    first,
    startInstance,

    /** A tenant with a key that may do everything, or what `scopes` says. */
    async createTenant({ name = 'Acme', scopes = everyScope } = {}) {
      const { result: tenant } = await operator.query(mutations.createTenant, { name })
      const { result: issued } = await operator.query(mutations.createApiKey, {
        input: { tenantId: tenant.id, name: 'test', scopes },
      })
      const client = createClient(url, issued.secret)
      return {
        id: tenant.id as string,
        apiKeyId: issued.apiKey.id as string,
        secret: issued.secret as string,
        ...client,

        /** Connects an extension as its user would, and waits until it can send and receive. */
        async connect(person = ava) {
          const { result } = await client.query(mutations.createConnectToken)
          await allowAtRingCentral(result.connectUrl, person.extensionId)
          return client.waitFor(
            `{ extensions(first: 100) { nodes { id extensionId status webhook { expiresAt } phoneNumbers { phoneNumber } } } }`,
            ({ extensions }) =>
              extensions.nodes.find(
                (extension: any) =>
                  extension.extensionId === person.extensionId &&
                  extension.status === 'ACTIVE' &&
                  extension.webhook &&
                  extension.phoneNumbers.length > 0,
              ),
          )
        },
      }
    },
  }
}
