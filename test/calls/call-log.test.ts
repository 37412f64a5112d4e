import { describe, expect, it } from 'vitest'
import { ava, ben, cleo, type Gateway, startGateway } from '../support/gateway.ts'

const callLogs = `query ($filter: CallLogFilter, $first: Int, $after: String) {
  callLogs(filter: $filter, first: $first, after: $after) {
    asOf totalCount
    nodes { id direction result durationSeconds startedAt from { number } to { number } extension { extensionId } }
    edges { cursor } pageInfo { hasNextPage endCursor }
  }
}`

const stranger = '+14155550123'

function addCalls({ simulator }: Gateway) {
  const startedAt = Date.now() - 60_000
  simulator.addCall({ from: stranger, to: ava.number, outcome: 'missed', startedAt })
  simulator.addCall({
    from: ava.number,
    to: stranger,
    outcome: 'answered',
    talkMs: 42_000,
    startedAt: startedAt + 1_000,
  })
  simulator.addCall({
    from: stranger,
    to: ben.number,
    outcome: 'answered',
    startedAt: startedAt + 2_000,
  })
}

const heavy = ({ simulator }: Gateway) =>
  simulator
    .ledger()
    .filter(({ direction, path }) => direction === 'in' && path.includes('/call-log'))

/** As after ten seconds, when the log may be read again. */
const later = ({ db }: Gateway) => db.extension.updateMany({ data: { callLogAttemptedAt: null } })

describe('callLogs', () => {
  it('shows an admin the whole account, newest first, as of now, by what was asked', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const { id: avasId } = await acme.connect(ava)
    addCalls(gateway)
    const before = Date.now()
    const { callLogs: log } = await acme.query(callLogs)
    expect(Math.abs(Date.parse(log.asOf) - before)).toBeLessThan(5_000)
    expect(log.totalCount).toBe(log.nodes.length)
    expect(log.nodes.length).toBeGreaterThanOrEqual(8)
    const times = log.nodes.map(({ startedAt }: { startedAt: string }) => startedAt)
    expect(times).toEqual([...times].sort().reverse())
    expect(log.nodes.slice(0, 3)).toMatchObject([
      { direction: 'INBOUND', result: 'Accepted', to: { number: ben.number }, extension: null },
      { direction: 'OUTBOUND', result: 'Call connected', durationSeconds: 42 },
      {
        direction: 'INBOUND',
        result: 'Missed',
        from: { number: stranger },
        extension: { extensionId: ava.extensionId },
      },
    ])

    const found = async (filter: object) => {
      const { callLogs: some } = await acme.query(callLogs, { filter })
      expect(some.totalCount).toBe(some.nodes.length)
      return some.nodes
    }
    for (const call of await found({ direction: 'OUTBOUND' }))
      expect(call.direction).toBe('OUTBOUND')
    for (const call of await found({ result: ['missed'] })) expect(call.result).toBe('Missed')
    expect(await found({ number: stranger })).toHaveLength(3)
    expect(await found({ minDurationSeconds: 42, number: stranger })).toHaveLength(1)
    expect(await found({ startedFrom: new Date(before - 59_500).toISOString() })).toHaveLength(2)
    expect(
      await found({ startedBefore: new Date(before - 30 * 86_400_000).toISOString() }),
    ).toEqual([])
    for (const call of await found({ extensionId: avasId })) {
      expect(call.extension.extensionId).toBe(ava.extensionId)
    }

    const first = await acme.query(callLogs, { first: 2 })
    const second = await acme.query(callLogs, {
      first: 100,
      after: first.callLogs.pageInfo.endCursor,
    })
    expect([...first.callLogs.nodes, ...second.callLogs.nodes]).toEqual(log.nodes)
    const [tooMany] = await acme.errors(callLogs, { first: 101 })
    expect(tooMany.extensions.code).toBe('BAD_USER_INPUT')
  })

  it('shows others their own, and another tenant nothing', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    const bens = await acme.connect(ben)
    await other.connect(cleo)
    addCalls(gateway)
    const { callLogs: log } = await acme.query(callLogs)
    expect(log.nodes.length).toBeGreaterThan(0)
    for (const call of log.nodes) expect(call.extension.extensionId).toBe(ben.extensionId)
    const { callLogs: foreign } = await other.query(callLogs, { filter: { extensionId: bens.id } })
    expect(foreign).toMatchObject({ totalCount: 0, nodes: [], asOf: null })
    const id = log.nodes[0].id
    expect(await other.query(`{ node(id: "${id}") { id } }`)).toEqual({ node: null })
    expect(await acme.query(`{ node(id: "${id}") { id } }`)).toEqual({ node: { id } })
  })

  it('is put together from everybody’s own when the admin may not read the account’s', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await acme.connect(ben)
    addCalls(gateway)
    gateway.simulator.planFault({
      kind: 'status',
      path: '/restapi/v1.0/account/~/call-log',
      status: 403,
      body: { errorCode: 'InsufficientPermissions', errors: [{ errorCode: 'CMN-408' }] },
    })
    const { callLogs: log } = await acme.query(callLogs)
    const whose = new Set(log.nodes.map((call: any) => call.extension?.extensionId))
    expect(whose).toEqual(new Set([ava.extensionId, ben.extensionId]))
    expect(log.asOf).not.toBeNull()
  })

  it('answers from the table, with its age, while RingCentral is silent', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const fresh = await acme.query(callLogs)
    gateway.simulator.planFault({ kind: 'hang', path: '/' })
    await later(gateway)
    const startedAt = performance.now()
    const old = await acme.query(callLogs)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
    expect(old).toEqual(fresh)
  })

  it('asked thirty times at once at two instances reads once, and all but a few wait for it', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const answers = await Promise.all(Array.from({ length: 30 }, () => acme.query(callLogs)))
    expect(heavy(gateway)).toHaveLength(1)
    for (const { callLogs: log } of answers) expect(log.nodes.length).toBeGreaterThan(0)
    await gateway.db.extension.updateMany({ data: { callLogAttemptedAt: null } })
    const { url } = await gateway.startInstance({ role: 'web' })
    await Promise.all(
      [gateway.url, url].flatMap((at) =>
        Array.from({ length: 15 }, () =>
          fetch(`${at}/graphql`, {
            method: 'POST',
            headers: { authorization: `Bearer ${acme.secret}`, 'content-type': 'application/json' },
            body: JSON.stringify({ query: callLogs }),
          }),
        ),
      ),
    )
    expect(heavy(gateway)).toHaveLength(2)
  })
})

describe('callChanged', () => {
  it('tells of calls as they enter the log, and of nothing twice', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    await acme.connect(ava)
    await acme.query(callLogs)
    const document =
      'subscription ($filter: CallFilter) { callChanged(filter: $filter) { cursor call { result from { number } } } }'
    const hears = await acme.subscribe(document)
    const missed = await acme.subscribe(document, { filter: { result: ['missed'] } })
    const foreign = await other.subscribe(document)
    addCalls(gateway)
    for (let n = 0; n < 2; n += 1) {
      await later(gateway)
      await acme.query(callLogs)
    }
    await expect.poll(() => hears.received.length).toBe(3)
    await expect.poll(() => missed.received.length).toBe(1)
    expect(foreign.received).toEqual([])
  })
})
