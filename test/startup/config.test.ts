import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig } from '../../src/config.ts'

const key = Buffer.alloc(32, 1).toString('base64')
const production = {
  NODE_ENV: 'production',
  ENCRYPTION_KEYS: `k1:${key}`,
  OPERATOR_KEY: 'a-key-of-sixteen-characters',
  RINGCENTRAL_CLIENT_ID: 'client',
  PUBLIC_URL: 'https://gateway.example.com',
}

/** The names of the variables that are faulty. */
function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map((fault) => fault.split(' ', 1)[0] ?? '')
  }
}

describe('the configuration', () => {
  test('needs nothing: a newcomer gets the embedded Postgres and the simulator', () => {
    expect(loadConfig({})).toEqual({
      production: false,
      port: 4000,
      publicUrl: null,
      databaseUrl: null,
      redisUrl: null,
      rowSecurity: true,
      dataDir: '.data',
      mediaStore: 'disk',
      encryptionKeys: [],
      operatorKey: null,
      ringCentral: null,
      tokenCallsPerMinute: 600,
      costPerMinute: 2_000_000,
      streamsPerKey: 5_000,
      streamsPerAddress: 5_000,
      trustedProxies: 0,
      corsOrigins: [],
      graphiql: true,
      simulatorPort: 4010,
      role: 'all',
      logLevel: 'warn',
    })
  })

  test('names every fault at once', () => {
    const all = {
      PORT: '70000',
      PUBLIC_URL: 'gateway.example.com',
      DATABASE_URL: 'mysql://localhost/x',
      REDIS_URL: 'localhost:6379',
      MEDIA_STORE: 'tape',
      ENCRYPTION_KEYS: 'too short',
      OPERATOR_KEY: 'short',
      RINGCENTRAL_SERVER_URL: 'ftp://x',
      RINGCENTRAL_TOKEN_CALLS_PER_MINUTE: '0',
      SIMULATOR_PORT: 'four thousand',
      ROLE: 'both',
      LOG_LEVEL: 'loud',
    }
    expect(faultsOf(all).sort()).toEqual(Object.keys(all).sort())
  })

  test('names what is missing beside what is wrong', () => {
    expect(faultsOf({ NODE_ENV: 'production', PORT: 'x' }).sort()).toEqual([
      'ENCRYPTION_KEYS',
      'OPERATOR_KEY',
      'PORT',
      'PUBLIC_URL',
      'RINGCENTRAL_CLIENT_ID',
    ])
  })

  test('of production makes up no secret and no RingCentral', () => {
    expect(faultsOf(production)).toEqual([])
    for (const name of Object.keys(production).filter((name) => name !== 'NODE_ENV')) {
      expect(faultsOf({ ...production, [name]: undefined })).toEqual([name])
      expect(faultsOf({ ...production, [name]: '' })).toEqual([name])
    }
    expect(loadConfig(production)).toMatchObject({
      production: true,
      ringCentral: { serverUrl: 'https://platform.ringcentral.com', clientId: 'client' },
      tokenCallsPerMinute: 5,
      logLevel: 'info',
    })
  })

  test('with a RingCentral app has no simulator', () => {
    const { ringCentral } = loadConfig({
      RINGCENTRAL_CLIENT_ID: 'client',
      RINGCENTRAL_CLIENT_SECRET: 'secret',
      RINGCENTRAL_SERVER_URL: 'https://platform.devtest.ringcentral.com/',
    })
    expect(ringCentral).toEqual({
      serverUrl: 'https://platform.devtest.ringcentral.com',
      clientId: 'client',
      clientSecret: 'secret',
    })
  })

  test.each([
    ['one', `a:${key}`, ['a']],
    ['several, the first of which seals', `new:${key}, old:${key}`, ['new', 'old']],
  ])('takes encryption keys: %s', (_name, value, ids) => {
    const { encryptionKeys } = loadConfig({ ENCRYPTION_KEYS: value })
    expect(encryptionKeys.map(({ id }) => id)).toEqual(ids)
  })

  test.each([
    ['without an id', key],
    ['of 16 bytes', `a:${Buffer.alloc(16).toString('base64')}`],
    ['with one id twice', `a:${key},a:${key}`],
    ['with an odd id', `a b:${key}`],
    ['that end too early', `a:${key},`],
  ])('refuses encryption keys %s', (_name, value) => {
    expect(faultsOf({ ENCRYPTION_KEYS: value })).toEqual(['ENCRYPTION_KEYS'])
  })

  test('never repeats a secret in a fault', () => {
    try {
      loadConfig({ OPERATOR_KEY: 'hunter2', ENCRYPTION_KEYS: 'hunter3' })
      expect.unreachable()
    } catch (error) {
      expect(JSON.stringify([(error as ConfigError).faults, String(error)])).not.toMatch(/hunter/)
    }
  })
})
