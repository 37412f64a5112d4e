import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { syncCallLogJob } from '../../src/calls/jobs.ts'
import { connect as signIn } from '../simulator/harness.ts'
import { callChanges, callLogs, heavyReads, waitForLog } from '../support/calls.ts'
import { createClient } from '../support/client.ts'
import { ava, ben, cleo, type Gateway, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'

function addCalls({ simulator }: Gateway) {
  const startedAt = Date.now() - 60_000
  simulator.addCall({ from: stranger, to: ava.number, outcome: 'missed', startedAt })
  simulator.addCall({
    from: ava.number,
    to: stranger,
    outcome: 'answered',
    talkMs: 42_000,
    recorded: true,
    startedAt: startedAt + 1_000,
  })
  simulator.addCall({ from: stranger, to: ben.number, startedAt: startedAt + 2_000 })
}

/** The log is read again, as after some minutes. */
async function syncAgain(gateway: Gateway, extensionRowId: string) {
  const jobs = await createJobRunner(gateway)
  await gateway.db.budget.deleteMany()
  await jobs.run(syncCallLogJob, { extensionRowId })
}

describe('callLogs', () => {
  it('shows an admin the whole account, newest first, by what was asked', async () => {
    const gateway = await startGateway()
    addCalls(gateway)
    const acme = await gateway.createTenant()
    const { id: avasId } = await acme.connect(ava)
    const log = await waitForLog(acme, 8)
    expect(Math.abs(Date.parse(log.asOf) - Date.now())).toBeLessThan(10_000)
    expect(log.totalCount).toBe(8)
    const times = log.nodes.map(({ startedAt }: { startedAt: string }) => startedAt)
    expect(times).toEqual([...times].sort().reverse())
    expect(log.nodes.slice(0, 3)).toMatchObject([
      {
        direction: 'INBOUND',
        result: 'ANSWERED',
        rcResult: 'Accepted',
        to: { number: ben.number },
      },
      {
        direction: 'OUTBOUND',
        result: 'ANSWERED',
        rcResult: 'Call connected',
        durationSeconds: 42,
        recordings: [{ type: 'Automatic', durationSeconds: 42 }],
      },
      {
        direction: 'INBOUND',
        result: 'MISSED',
        isMissed: true,
        from: { number: stranger, extension: null },
        to: { number: ava.number, extension: { extensionId: ava.extensionId } },
        extension: { extensionId: ava.extensionId },
      },
    ])
    // A call between colleagues is two lines of RingCentral's log, and one call.
    const [between] = log.nodes.filter(
      (call: any) => call.to.extensionId === ben.extensionId && call.from.extensionId,
    )
    expect(between).toMatchObject({ direction: 'OUTBOUND', parties: [{}, {}] })
    expect(await gateway.db.callRecord.count()).toBe(9)

    const found = async (filter: object) => {
      const { callLogs: some } = await acme.query(callLogs, { filter })
      expect(some.totalCount).toBe(some.nodes.length)
      return some.nodes
    }
    for (const call of await found({ direction: 'OUTBOUND' }))
      expect(call.direction).toBe('OUTBOUND')
    const missed = await found({ result: ['MISSED'] })
    expect(missed).toHaveLength(2)
    expect(await found({ missed: true })).toEqual(missed)
    expect(await found({ missed: false })).toHaveLength(6)
    expect(await found({ recorded: true })).toMatchObject([{ durationSeconds: 42 }])
    expect(await found({ number: stranger })).toHaveLength(3)
    expect(await found({ type: 'voice' })).toHaveLength(8)
    expect(await found({ type: 'Fax' })).toHaveLength(0)
    expect(await found({ minDurationSeconds: 42, number: stranger })).toHaveLength(1)
    const [second] = log.nodes.slice(1)
    expect(await found({ startedFrom: second.startedAt })).toHaveLength(2)
    expect(await found({ startedBefore: second.startedAt })).toHaveLength(6)
    for (const call of await found({ extensionId: avasId })) {
      expect(JSON.stringify(call)).toContain(ava.extensionId)
    }
    const first = await acme.query(callLogs, { first: 2 })
    const after = first.callLogs.pageInfo.endCursor
    const rest = await acme.query(callLogs, { first: 100, after })
    const ids = (nodes: { id: string }[]) => nodes.map(({ id }) => id)
    expect(ids([...first.callLogs.nodes, ...rest.callLogs.nodes])).toEqual(ids(log.nodes))

    // Forward and backward, in pages of every size, with and without a number: nothing is left out or comes twice.
    for (const filter of [{}, { number: stranger }, { number: ava.number }]) {
      const whole = ids(await found(filter))
      for (const size of [1, 2, 3]) {
        const pages = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: CallLogFilter) {
          callLogs(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
            nodes { id } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`
        const walk = async (way: 'forward' | 'back') => {
          const seen: string[] = []
          for (let place = {}; ; ) {
            const size_ = way === 'forward' ? { first: size } : { last: size }
            const { nodes, pageInfo } = (await acme.query(pages, { filter, ...size_, ...place }))
              .callLogs
            if (way === 'forward') seen.push(...ids(nodes))
            else seen.unshift(...ids(nodes))
            if (way === 'forward' ? !pageInfo.hasNextPage : !pageInfo.hasPreviousPage) return seen
            place =
              way === 'forward' ? { after: pageInfo.endCursor } : { before: pageInfo.startCursor }
          }
        }
        expect(await walk('forward')).toEqual(whole)
        expect(await walk('back')).toEqual(whole)
      }
    }
    const [tooMany] = await acme.errors(callLogs, { first: 101 })
    expect(tooMany.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('shows others their own, and another tenant nothing', async () => {
    const gateway = await startGateway()
    addCalls(gateway)
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    const bens = await acme.connect(ben)
    await other.connect(cleo)
    const log = await waitForLog(acme, 1)
    for (const call of log.nodes) expect(call.extension.extensionId).toBe(ben.extensionId)
    const { callLogs: foreign } = await other.query(callLogs, { filter: { extensionId: bens.id } })
    expect(foreign).toMatchObject({ totalCount: 0, nodes: [], asOf: null })
    const { id } = log.nodes[0]
    expect(await other.query(`{ node(id: "${id}") { id } }`)).toEqual({ node: null })
    expect(await acme.query(`{ node(id: "${id}") { id } }`)).toEqual({ node: { id } })
  })

  it('is put together from everybody’s own when the admin may not read the account’s', async () => {
    const gateway = await startGateway()
    addCalls(gateway)
    gateway.simulator.planFault({
      kind: 'status',
      path: '/restapi/v1.0/account/~/call-log-sync',
      status: 403,
      body: { errorCode: 'InsufficientPermissions', errors: [{ errorCode: 'CMN-408' }] },
    })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await acme.connect(ben)
    const log = await waitForLog(acme, 6)
    const whose = new Set(log.nodes.map((call: any) => call.extension?.extensionId))
    expect(whose).toEqual(new Set([ava.extensionId, ben.extensionId]))
  })

  it('polled by 200 wallboards, again and again, asks nothing of RingCentral', async () => {
    const gateway = await startGateway()
    addCalls(gateway)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await waitForLog(acme, 8)
    const jobs = await createJobRunner(gateway)
    // Connecting asks for a sync, and so does the new webhook: the second one keeps its distance.
    await sleep(3_000)
    await jobs.idle()
    const before = gateway.simulator.ledger().length
    expect(heavyReads(gateway).length).toBeLessThanOrEqual(2)
    const page =
      '{ callLogs(first: 50) { asOf totalCount nodes { id from { name } to { name } parties { name } extension { name } } } }'
    const wallboards = Array.from({ length: 200 }, () => createClient(gateway.url, acme.secret))
    await Promise.all(
      wallboards.map(async (wallboard) => {
        for (let poll = 0; poll < 3; poll += 1) {
          const { callLogs: log } = await wallboard.query(page)
          expect(log.totalCount).toBe(8)
        }
      }),
    )
    await jobs.idle()
    expect(gateway.simulator.ledger().slice(before)).toEqual([])
  })

  it('keeps what is deleted from RingCentral’s log', async () => {
    const gateway = await startGateway()
    addCalls(gateway)
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    const { nodes } = await waitForLog(acme, 8)
    const avas = await signIn(gateway.simulator)
    const dateTo = new Date().toISOString()
    expect((await avas('DELETE', `call-log?dateTo=${dateTo}`)).status).toBe(204)
    expect((await avas('GET', 'call-log')).body.records).toEqual([])
    await syncAgain(gateway, id)
    gateway.simulator.expireSyncTokens()
    await syncAgain(gateway, id)
    // Each answer signs the addresses of recordings anew.
    const plain = (calls: any[]) =>
      calls.map((call) => ({ ...call, recordings: call.recordings.map(({ id }: any) => id) }))
    expect(plain((await acme.query(callLogs)).callLogs.nodes)).toEqual(plain(nodes))
  })

  it('goes on from its token, and begins anew when that dies', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    await waitForLog(acme, 5)
    addCalls(gateway)
    await syncAgain(gateway, id)
    await waitForLog(acme, 8)
    gateway.simulator.expireSyncTokens()
    gateway.simulator.addCall({ from: stranger, to: cleo.number, startedAt: Date.now() - 9_000 })
    await syncAgain(gateway, id)
    expect((await waitForLog(acme, 9)).totalCount).toBe(9)
    const kinds = heavyReads(gateway).map(({ path }) => path.match(/[FI]Sync/)?.[0])
    expect(kinds.slice(0, 1)).toEqual(['FSync'])
    expect(kinds.slice(-2)).toEqual(['ISync', 'FSync'])
  })

  it('longer than one sync brings is read to its end, and goes on after a pause', async () => {
    const gateway = await startGateway()
    const start = Date.now() - 86_400_000
    for (let n = 0; n < 1_400; n += 1) {
      gateway.simulator.addCall({ from: stranger, to: ava.number, startedAt: start + n * 1_000 })
    }
    const list = '/restapi/v1.0/account/~/call-log'
    gateway.simulator.planFault({ kind: 'rate-limit', path: list, retryAfter: 1, count: 1 })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await acme.waitFor(
      '{ callLogs { totalCount } }',
      ({ callLogs: { totalCount } }) => totalCount === 1_405,
    )
    const reader = await gateway.db.extension.findFirstOrThrow()
    expect(reader.callLogOlderBefore).toBeNull()
  }, 30_000)

  it('is kept inside the budget: a sync that was refused for it comes later, and nothing is asked meanwhile', async () => {
    const gateway = await startGateway({ simulator: { limits: {} } })
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    await waitForLog(acme, 5)
    const jobs = await createJobRunner(gateway)
    for (let n = 0; n < 12; n += 1) await jobs.run(syncCallLogJob, { extensionRowId: id })
    expect(heavyReads(gateway).filter(({ status }) => status === 429)).toEqual([])
    expect(heavyReads(gateway).length).toBeLessThanOrEqual(8)
  })
})

describe('callChanged', () => {
  it('tells of calls as they enter the log, and of nothing twice', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    const { id } = await acme.connect(ava)
    await waitForLog(acme, 5)
    const hears = await acme.subscribe(callChanges)
    const missed = await acme.subscribe(callChanges, { filter: { result: ['MISSED'] } })
    const foreign = await other.subscribe(callChanges)
    addCalls(gateway)
    for (let n = 0; n < 2; n += 1) await syncAgain(gateway, id)
    await expect.poll(() => hears.received.length).toBe(3)
    await expect.poll(() => missed.received.length).toBe(1)
    expect(foreign.received).toEqual([])
  })
})
