import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventLog } from '../../src/events/event-log.ts'
import { createApps } from '../../src/extensions/apps.ts'
import { NotConnectedError } from '../../src/extensions/errors.ts'
import { createGrants, type Grants } from '../../src/extensions/grants.ts'
import { createTokenEndpoint } from '../../src/extensions/token-endpoint.ts'
import { RetryLaterError } from '../../src/jobs/retry-later.ts'
import { minutes } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createRingCentral } from '../../src/ringcentral/client.ts'
import { ava, type Gateway, startGateway } from '../support/gateway.ts'
import { tokenCalls } from '../support/ledger.ts'
import { allowAtRingCentral } from '../support/person.ts'
import { storedSealer } from '../support/stored-sealer.ts'
import { sharedTime } from '../support/time.ts'

/** The grants as a process of its own would have them. */
async function buildGrants(
  { db, databaseUrl, simulator }: Gateway,
  clock: { now(): Date },
): Promise<Grants> {
  const { url: serverUrl, clientId, clientSecret } = simulator
  const gatewayApp = { serverUrl, clientId, clientSecret }
  const sealer = await storedSealer(databaseUrl)
  const hints = { publish: () => undefined, listen: () => () => undefined, close: async () => {} }
  return createGrants({
    db,
    eventLog: createEventLog({ db, hints }),
    sealer,
    tokenEndpoint: createTokenEndpoint({ db, callsPerMinute: 10_000, clock }),
    apps: createApps({
      ...{ db, sealer, gatewayApp, publicUrl: 'http://localhost' },
      reach: () => createRingCentral(gatewayApp),
    }),
    clock,
    logger: createLogger('silent'),
  })
}

async function setUp() {
  const time = sharedTime()
  const gateway = await startGateway({ ...time, app: { ...time.app, role: 'web' } })
  const acme = await gateway.createTenant()
  const connect = async () => {
    const { link } = await acme.query(
      'mutation { link: createConnectToken { ... on ConnectToken { connectUrl } } }',
    )
    const connectedAt = async () => (await gateway.db.extension.findFirst())?.connectedAt.getTime()
    const before = await connectedAt()
    // Its page waits for numbers, which nobody discovers here; the grant is there before.
    pages.push(allowAtRingCentral(link.connectUrl, ava.extensionId))
    while ((await connectedAt()) === before) await sleep(5)
  }
  const pages: Promise<unknown>[] = []
  await connect()
  const { id } = await gateway.db.extension.findFirstOrThrow()
  const processes = [
    await buildGrants(gateway, time.app.clock),
    await buildGrants(gateway, time.app.clock),
  ] as const

  const ask = async (token: string) => {
    const response = await fetch(`${gateway.simulator.url}/restapi/v1.0/account/~/extension/~`, {
      headers: { authorization: `Bearer ${token}` },
    })
    await response.arrayBuffer()
    return response.status
  }
  /** A call as `ExtensionAccess` makes it; the token that did, or why there is none. */
  const use = async (grants: Grants): Promise<string> => {
    try {
      const { accessToken: token } = await grants.accessToken(id)
      if ((await ask(token)) === 200) return token
      const { accessToken: renewed } = await grants.accessToken(id, token)
      return (await ask(renewed)) === 200 ? renewed : 'refused'
    } catch (error) {
      if (error instanceof NotConnectedError) return 'not connected'
      if (error instanceof RetryLaterError) return 'later'
      throw error
    }
  }
  /** What the schedule does: it refreshes what is due. */
  const keep = (grants: Grants) =>
    grants.refreshDue(id).catch((error) => {
      if (error instanceof NotConnectedError || error instanceof RetryLaterError) return
      throw error
    })
  return { gateway, pass: time.pass, connect, pages, processes, use, keep }
}

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('time passes'), n: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('use'), n: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('an answer gets lost'), n: fc.constant(1) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('5xx'), n: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoked'), n: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('connects again'), n: fc.constant(1) }) },
)

const passes = (n: number) => ({ kind: 'time passes', n })

describe('a grant, whatever happens to its refreshes', () => {
  it('is REVOKED only if RingCentral ended it, has one pair of tokens, and works again', async () => {
    const { gateway, pass, connect, pages, processes, use, keep } = await setUp()
    const { simulator, db } = gateway
    const statusOf = async () => (await db.extension.findFirstOrThrow()).status
    const path = '/restapi/oauth/token'

    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 3, maxLength: 9 }), async (story) => {
        simulator.clearFaults()
        await connect()
        let alive = true
        let seen = tokenCalls(gateway).length
        for (const { kind, n } of story) {
          if (kind === 'time passes') {
            // The schedule runs every minute; every ten will do.
            for (let step = 0; step < n; step += 1) {
              await pass(minutes(10))
              await keep(processes[step % 2] ?? processes[0])
            }
          } else if (kind === 'use') {
            // Three or more, while nothing goes wrong: then one refresh does for all.
            if (n > 2) simulator.clearFaults()
            const before = tokenCalls(gateway).length
            const used = await Promise.all(
              Array.from({ length: n }, (_, caller) => use(processes[caller % 2] ?? processes[0])),
            )
            expect(used).not.toContain('refused')
            const tokens = used.filter((one) => one !== 'later' && one !== 'not connected')
            expect(new Set(tokens).size).toBeLessThanOrEqual(1)
            if (alive && n > 2) {
              expect(tokens).toHaveLength(n)
              expect(tokenCalls(gateway).length - before).toBeLessThanOrEqual(1)
            }
            if (alive) expect(used).not.toContain('not connected')
            else expect(tokens).toEqual([])
          } else if (kind === 'an answer gets lost') {
            simulator.clearFaults()
            simulator.planFault({ kind: 'accept-then-reset', path, count: n })
          } else if (kind === '5xx') {
            simulator.clearFaults()
            simulator.planFault({ kind: 'status', status: 503, path, count: n })
          } else if (kind === 'revoked') {
            simulator.revokeGrant(ava.extensionId)
            alive = false
          } else {
            simulator.clearFaults()
            await connect()
            alive = true
            seen = tokenCalls(gateway).length
          }
          if (!alive) continue
          expect(await statusOf()).not.toBe('REVOKED')
          // RingCentral never saw a refresh token that it had already exchanged.
          const refused = tokenCalls(gateway).slice(seen)
          expect(refused.filter(({ status }) => status === 400)).toEqual([])
        }
        simulator.clearFaults()
        const [first] = processes
        if (alive) {
          expect(['later', 'refused', 'not connected']).not.toContain(await use(first))
          expect(await statusOf()).toBe('ACTIVE')
        } else {
          expect(await use(first)).toBe('not connected')
          expect(await statusOf()).toBe('REVOKED')
        }
      }),
      {
        numRuns: 12,
        endOnFailure: true,
        // Whatever the dice say, these are among them.
        examples: [
          [[passes(7), { kind: 'use', n: 4 }]],
          [[passes(6), { kind: 'an answer gets lost', n: 1 }, { kind: 'use', n: 2 }, passes(2)]],
        ],
      },
    )
    await Promise.all(pages)
  })
})
