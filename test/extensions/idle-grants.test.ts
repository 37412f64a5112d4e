import { describe, expect, it } from 'vitest'
import { sealTokens } from '../../src/extensions/grant-tokens.ts'
import { refreshDueGrantsJob } from '../../src/extensions/jobs.ts'
import { days, minutes } from '../../src/lib/clock.ts'
import { createSealer, keyringOf } from '../../src/lib/sealer.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { tokenCalls } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

describe('grants that nobody uses', () => {
  it('of one hour are due at all times of one and a half days, well before the end of their life', () => {
    const sealer = createSealer(keyringOf({ id: 'k', key: Buffer.alloc(32, 1) }))
    const now = new Date('2026-01-01T00:00:00Z')
    const tokens = {
      accessToken: 'a',
      accessTokenExpiresInSeconds: 3600,
      refreshToken: 'r',
      refreshTokenExpiresInSeconds: days(7) / 1000,
      scopes: [],
      extensionId: '1',
      sessionId: '1',
    }
    const place = { tenantId: 'ten_1', extensionRowId: 'ext_1' }
    const buckets = new Map<number, number>()
    for (let n = 0; n < 2000; n += 1) {
      const { refreshDueAt } = sealTokens(sealer, { now: () => now }, place, tokens)
      const age = (refreshDueAt.getTime() - now.getTime()) / days(7)
      expect(age).toBeGreaterThanOrEqual(0.4)
      expect(age).toBeLessThanOrEqual(0.6)
      const bucket = Math.floor((age - 0.4) / 0.02)
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1)
    }
    // Ten buckets of 200 on average: neither a spike nor a gap.
    for (const count of buckets.values()) expect(count).toBeLessThan(400)
    expect([...buckets.values()].filter((count) => count > 100)).toHaveLength(10)
  })

  it('live for a month, refreshed a few times, and say until when they would live alone', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await jobs.idle()
    const before = tokenCalls(gateway).length
    for (let day = 0; day < 30; day += 1) {
      await time.pass(days(1))
      await gateway.db.budget.deleteMany()
      await jobs.run(refreshDueGrantsJob, {})
      await jobs.idle()
    }
    const { status } = await acme.query('{ status { connected expiresAt activeExtensions } }')
    expect(status).toMatchObject({ connected: true, activeExtensions: 1 })
    const left = Date.parse(status.expiresAt) - time.app.clock.now().getTime()
    expect(left).toBeGreaterThan(days(2))
    expect(left).toBeLessThanOrEqual(days(7))
    const calls = tokenCalls(gateway).slice(before)
    expect(calls.length).toBeGreaterThanOrEqual(5)
    expect(calls.length).toBeLessThanOrEqual(10)
    for (const call of calls) expect(call.status).toBe(200)
  })

  it('are refreshed within the budget of the token endpoint, which leaves room for people', async () => {
    const time = sharedTime({ app: { tokenCallsPerMinute: 5 } })
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const minutePasses = () => gateway.db.budget.deleteMany()
    for (let n = 0; n < 9; n += 1) {
      const { id } = gateway.simulator.addExtension({
        firstName: 'Person',
        lastName: String(n),
        phoneNumbers: [`+1650555010${n}`],
      })
      await acme.connect({ extensionId: id, number: '' })
      await minutePasses()
    }
    await jobs.idle()
    await minutePasses()
    const before = tokenCalls(gateway).length
    const calls = () => tokenCalls(gateway).length - before
    // A first look at a call log, put off by some seconds, would need a token.
    await jobs.dropLater()
    await time.pass(days(4.5))

    await jobs.run(refreshDueGrantsJob, {})
    await jobs.idle()
    expect(calls()).toBe(3)
    // Somebody comes to connect, and does not have to wait.
    const began = Date.now()
    await acme.connect(ava)
    expect(Date.now() - began).toBeLessThan(10_000)
    await jobs.run(refreshDueGrantsJob, {})
    await jobs.idle()
    expect(calls()).toBe(4)

    // Refused for now, they come back by themselves when there is room.
    const waiting = await gateway.db.$queryRaw<{ wait: number }[]>`
      SELECT extract(epoch FROM start_after - ${time.app.clock.now()})::float8 AS wait
      FROM pgboss.job WHERE name = 'refresh-grant' AND state = 'created'`
    expect(waiting).toHaveLength(6)
    for (const { wait } of waiting) expect(wait * 1000).toBeLessThanOrEqual(minutes(1))
  })
})
