import { expect, it } from 'vitest'
import { callChanges, callFields, callLogs, waitForCall, waitForLog } from '../support/calls.ts'
import { ava, ben, cleo, startGateway } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'

const bensSecond = '+12125550112'
const start = `mutation ($input: StartCallInput!) {
  result: startCall(input: $input) { ... on Call { id } ... on Error { code message } }
}`

it('what the log adds to a call that was heard takes nothing away, and counts once', async () => {
  const gateway = await startGateway({
    simulator: { calls: { ringMs: 200, talkMs: 400, logLagMs: 100 } },
  })
  const { simulator } = gateway
  const past = { startedAt: Date.now() - 60_000 }
  const [voicemail] = simulator.addCall({
    ...past,
    from: stranger,
    to: ava.number,
    outcome: 'voicemail',
  })
  const [internal] = simulator.addCall({ ...past, from: ben.number, to: ava.number })
  const acme = await gateway.createTenant()
  const other = await gateway.createTenant({ name: 'Other' })
  await acme.connect(ava)
  const { nodes } = await waitForLog(acme, 7)
  const call = (session = '') => nodes.find((one: any) => one.telephonySessionId === session)
  // Who called is to be called back, also when they left a word.
  expect(call(voicemail?.telephonySessionId)).toMatchObject({
    result: 'VOICEMAIL',
    isMissed: true,
    isProvisional: false,
  })

  // A call between colleagues is found by numbers and by extension numbers, heard live or not.
  await acme.connect(cleo)
  const [live] = simulator.addCall({ from: cleo.number, to: ava.number })
  const heard = await waitForCall(acme, live?.telephonySessionId ?? '', (one) => one.rcCallId)
  expect(heard).toMatchObject({ from: { number: cleo.number }, to: { number: ava.number } })
  expect(call(internal?.telephonySessionId)).toMatchObject({ from: { number: '102' } })
  await acme.waitFor('{ directory(search: "102") { nodes { name } } }', ({ directory }) => {
    return directory.nodes.length === 1
  })
  const find = async (number: string, tenant = acme) => {
    const filter = { number }
    const { totalCount, nodes: some } = (await tenant.query(callLogs, { filter, first: 100 }))
      .callLogs
    expect(some).toHaveLength(totalCount)
    return some.map((one: any) => one.telephonySessionId)
  }
  for (const number of [cleo.number, '103']) {
    expect(await find(number)).toContain(live?.telephonySessionId)
    expect(await find(number)).not.toContain(internal?.telephonySessionId)
  }
  for (const number of [ben.number, '102', ' +1 (212) 555-0102 ']) {
    expect(await find(number)).toContain(internal?.telephonySessionId)
    expect(await find(number, other)).toEqual([])
  }

  // A click to call names who is called from its first event on, whoever's side is heard of first.
  await acme.connect(ben)
  const events = await acme.subscribe(callChanges)
  const click = async (from: string, to: string) => {
    const { result } = await acme.query(start, { input: { from, to } })
    const ended = await acme.waitFor(
      `{ call(id: "${result.id}") { ${callFields} } }`,
      ({ call }) => call.rcCallId && call.legs.length > 2 && call,
    )
    const steps = events.received
      .map(({ callChanged }) => callChanged.call)
      .filter(({ id }) => id === result.id)
    expect(new Set(steps.map((step) => step.to.number))).toEqual(new Set([to]))
    expect(new Set(steps.map((step) => step.direction))).toEqual(new Set(['OUTBOUND']))
    return ended
  }
  const colleague = await click(ava.number, ben.number)
  expect(colleague).toMatchObject({ result: 'ANSWERED', from: { number: ava.number } })
  // One's own second number: two clicks' worth of lines, each with all legs.
  const own = await click(ben.number, bensSecond)
  expect(own).toMatchObject({ result: 'ANSWERED', rcResult: 'Call connected', isMissed: false })
  expect(own.legs.map(({ legType }: any) => legType).sort()).toEqual([
    'Accept',
    'RingOutClientToCaller',
    'RingOutClientToSubscriber',
  ])
})

it('a filter that could find nothing is refused, and one that finds nothing is not', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const codes = async (filter: object) => {
    const [error] = await acme.errors(callLogs, { filter })
    expect(error.message).toMatch(/`\w+`/)
    return error.extensions.code
  }
  const [from, before] = ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z']
  for (const filter of [
    { extensionId: 'nobody' },
    { number: 'my mother' },
    { number: '' },
    { startedFrom: from, startedBefore: before },
    { minDurationSeconds: -1 },
  ]) {
    expect(await codes(filter)).toBe('BAD_USER_INPUT')
  }
  for (const filter of [{ extensionId: '1234' }, { number: stranger }, { number: '999' }]) {
    expect((await acme.query(callLogs, { filter })).callLogs.totalCount).toBe(0)
  }
  const live = 'query ($filter: CallFilter) { activeCalls(filter: $filter) { id } }'
  const [error] = await acme.errors(live, { filter: { number: 'x' } })
  expect(error.extensions.code).toBe('BAD_USER_INPUT')
})
