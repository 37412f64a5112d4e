import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../support/client.ts'
import { ava, type Gateway, startGateway } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'

const textsIn = 'subscription { messageReceived { message { text } } }'

const hasRedis = (() => {
  try {
    execFileSync('redis-server', ['--version'])
    return true
  } catch {
    return false
  }
})()

let redis: { url: string; stop(): void } | undefined
beforeAll(async () => {
  if (hasRedis) redis = await startRedis()
})
afterAll(() => redis?.stop())

/** Ends the connections over which hints travel; they come back by themselves. */
const cut = {
  Postgres: ({ db }: Gateway) =>
    db.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'ringql-hints' AND datname = current_database()`,
  Redis: async () => {
    const port = new URL(redis?.url ?? '').port
    for (const type of ['pubsub', 'normal']) {
      execFileSync('redis-cli', ['-p', port, 'CLIENT', 'KILL', 'TYPE', type, 'SKIPME', 'yes'])
    }
  },
}

describe.each([
  { carrier: 'Postgres' as const, works: true },
  { carrier: 'Redis' as const, works: hasRedis },
])('over $carrier', ({ carrier, works }) => {
  it.skipIf(!works)(
    'an event reaches other instances at once, and without hints a little later',
    async () => {
      const app = { redisUrl: carrier === 'Redis' ? (redis?.url ?? null) : null }
      const gateway = await startGateway({ app })
      const acme = await gateway.createTenant()
      await acme.connect(ava)
      const second = await gateway.startInstance({ role: 'web' })
      const elsewhere = createClient(second.url, acme.secret)
      const hears = await elsewhere.subscribe(textsIn)
      const receive = async (text: string) => {
        gateway.simulator.inbound({ from: stranger, to: ava.number, text })
        const startedAt = performance.now()
        await hears.waitFor((data) => data.messageReceived.message.text === text)
        return performance.now() - startedAt
      }
      await receive('Warm')
      const times = []
      for (let n = 0; n < 5; n += 1) times.push(await receive(`At once ${n}`))
      // The poll takes two seconds: five in a row would not all be so lucky.
      expect(Math.max(...times)).toBeLessThan(1_500)

      for (let n = 0; n < 3; n += 1) {
        await cut[carrier](gateway)
        expect(await receive(`Cut ${n}`)).toBeLessThan(5_000)
      }
      await sleep(1_000)
      expect(await receive('Back')).toBeLessThan(1_500)
      expect(hears.received).toHaveLength(10)
    },
  )
})

async function startRedis() {
  const directory = mkdtempSync(join(tmpdir(), 'ringql-redis-'))
  const port = await freePort()
  const server: ChildProcess = spawn(
    'redis-server',
    ['--port', String(port), '--save', '', '--appendonly', 'no', '--dir', directory],
    { stdio: 'ignore' },
  )
  for (let n = 0; n < 100; n += 1) {
    try {
      execFileSync('redis-cli', ['-p', String(port), 'PING'], { stdio: 'ignore' })
      break
    } catch {
      await sleep(50)
    }
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    stop() {
      server.kill('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
