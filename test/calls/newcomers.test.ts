import { expect, it } from 'vitest'
import { sweepCallsJob } from '../../src/calls/jobs.ts'
import { callChanges, callFields, callLogs, waitForCall, waitForLog } from '../support/calls.ts'
import { ava, cleo, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'

it('calls that a colleague’s log brought before an extension connected become its own when it does', async () => {
  const gateway = await startGateway()
  const startedAt = Date.now() - 60_000
  for (let n = 0; n < 3; n += 1) {
    gateway.simulator.addCall({ from: stranger, to: cleo.number, startedAt: startedAt + n })
  }
  const between = { from: ava.number, to: cleo.number, startedAt: startedAt - 5_000 }
  const [internal] = gateway.simulator.addCall(between)
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  const log = await waitForLog(acme, 9)
  const cleosBefore = log.nodes.filter(({ parties }: any) =>
    parties.some(({ extensionId }: any) => extensionId === cleo.extensionId),
  )
  expect(cleosBefore.length).toBeGreaterThan(3)

  const cleos = async () =>
    (await acme.query(callLogs, { filter: { extensionId: cleo.extensionId }, first: 100 })).callLogs
  const { id } = await acme.connect(cleo)
  await expect.poll(async () => (await cleos()).totalCount).toBe(cleosBefore.length)
  const { nodes } = await cleos()
  expect(nodes.map((call: any) => call.id)).toEqual(cleosBefore.map((call: any) => call.id))
  for (const call of nodes) {
    const isInternal = call.telephonySessionId === internal?.telephonySessionId
    const whose = isInternal ? ava.extensionId : cleo.extensionId
    expect(call.extension).toEqual({ extensionId: whose })
  }

  // As after an older version, or a job that got lost: the sweep finds it.
  await gateway.db.callPlace.deleteMany({ where: { extensionRowId: id } })
  await gateway.db.$executeRaw`
    UPDATE "Call" SET "extensionRowIds" = array_remove("extensionRowIds", ${id}),
      "extensionRowId" = nullif("extensionRowId", ${id})`
  const connectedAt = new Date(Date.now() - 120_000)
  await gateway.db.extension.update({ where: { id }, data: { callsAdoptedAt: null, connectedAt } })
  expect((await cleos()).totalCount).toBe(0)
  const jobs = await createJobRunner(gateway)
  await jobs.run(sweepCallsJob, {})
  await expect.poll(async () => (await cleos()).totalCount).toBe(cleosBefore.length)
  const { callsAdoptedAt } = await gateway.db.extension.findUniqueOrThrow({ where: { id } })
  expect(callsAdoptedAt).not.toBeNull()
})

it('a call that nobody can follow any more ends, and what the log tells later takes its place', async () => {
  const gateway = await startGateway({
    simulator: { calls: { ringMs: 100, talkMs: 600_000, logLagMs: 100 } },
  })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await waitForLog(acme, 5)
  const events = await acme.subscribe(callChanges)
  const talk = async () => {
    const [call] = gateway.simulator.addCall({ from: stranger, to: ava.number })
    const session = call?.telephonySessionId ?? ''
    await waitForCall(acme, session, ({ status }) => status === 'ANSWERED')
    return session
  }
  const ends = async (session: string) => {
    const ended = await waitForCall(acme, session, ({ status }) => status === 'ENDED')
    expect(ended).toMatchObject({ result: null, durationSeconds: null, errorCode: 'NOT_FOLLOWED' })
    expect(await acme.query(`{ activeCalls { ${callFields} } }`)).toEqual({ activeCalls: [] })
    await events.waitFor(
      ({ callChanged: { call } }) => call.id === ended.id && call.errorCode === 'NOT_FOLLOWED',
    )
  }
  const becomesKnown = async (session: string) => {
    gateway.simulator.hangUp(session)
    expect(await waitForCall(acme, session, ({ rcCallId }) => rcCallId)).toMatchObject({
      status: 'ENDED',
      result: 'ANSWERED',
      durationSeconds: expect.any(Number),
      errorCode: null,
    })
  }
  const switchCalls = (how: string) =>
    acme.query(`mutation { updateSettings(input: { ${how}: [CALLS] }) { __typename } }`)

  const first = await talk()
  await switchCalls('disable')
  await ends(first)
  await switchCalls('enable')
  await becomesKnown(first)

  const second = await talk()
  await acme.query('mutation { disconnect { __typename } }')
  await ends(second)
  await acme.connect(ava)
  await becomesKnown(second)
})
