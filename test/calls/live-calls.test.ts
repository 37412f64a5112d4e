import { describe, expect, it } from 'vitest'
import { checkCallJob, sweepCallsJob } from '../../src/calls/jobs.ts'
import { ensureWebhookJob } from '../../src/extensions/jobs.ts'
import { callChanges, callFields, heavyReads, waitForCall, waitForLog } from '../support/calls.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { stranger } from '../support/texts.ts'

const slow = { calls: { ringMs: 300, talkMs: 600, logLagMs: 100 } }
const allBut = (scope: string) =>
  [
    'ReadAccounts',
    'SMS',
    'ReadMessages',
    'SubscriptionWebhook',
    'ReadCallLog',
    'CallControl',
    'RingOut',
  ].filter((one) => one !== scope)
const live = `{ activeCalls { ${callFields} } }`

/** A connected tenant that has listened from the beginning. */
async function listening(options: Parameters<typeof startGateway>[0] = { simulator: slow }) {
  const gateway = await startGateway(options)
  const acme = await gateway.createTenant()
  const { id } = await acme.connect(ava)
  await waitForLog(acme, 1)
  const events = await acme.subscribe(callChanges)
  const heard = () => events.received.map(({ callChanged }) => callChanged.call)
  return { gateway, acme, id, events, heard }
}

describe('a call', () => {
  it('is heard ringing, answered, held and ended, and is in the log once, with its line', async () => {
    const { gateway, acme, heard } = await listening()
    const other = await gateway.createTenant({ name: 'Other' })
    const foreign = await other.subscribe(callChanges)
    // Each state long enough to be heard of before the next one, on a busy machine as well.
    const pace = { ringMs: 2_000, talkMs: 7_500, holdMs: 2_500 }
    const plan = { from: stranger, to: ava.number, ...pace, recorded: true }
    const [{ telephonySessionId = '' } = {}] = gateway.simulator.addCall(plan)
    const { activeCalls } = await acme.waitFor(live, (data) => data.activeCalls[0] && data)
    expect(activeCalls).toMatchObject([{ status: 'RINGING', from: { number: stranger } }])
    expect(await other.query(live)).toEqual({ activeCalls: [] })

    const logged = await waitForCall(acme, telephonySessionId, (call) => call.rcCallId)
    expect(logged).toMatchObject({
      id: activeCalls[0].id,
      status: 'ENDED',
      result: 'ANSWERED',
      rcResult: 'Accepted',
      answeredAt: expect.any(String),
      recordings: [{}],
    })
    const steps = heard().map(({ status }) => status)
    expect(steps.filter((status, n) => status !== steps[n - 1])).toEqual([
      'RINGING',
      'ANSWERED',
      'ON_HOLD',
      'ANSWERED',
      'ENDED',
    ])
    expect(await acme.query(live)).toEqual({ activeCalls: [] })
    expect(foreign.received).toEqual([])
  })

  it.each([
    ['missed', 'MISSED', true],
    ['voicemail', 'VOICEMAIL', true],
    ['rejected', 'REJECTED', false],
  ] as const)(
    'that is %s is told so when it ends, and the log says the same',
    async (outcome, result, isMissed) => {
      const { gateway, acme, heard } = await listening()
      const [call] = gateway.simulator.addCall({ from: stranger, to: ava.number, outcome })
      const logged = await waitForCall(acme, call?.telephonySessionId ?? '', (one) => one.rcCallId)
      const ended = heard().find(({ status }) => status === 'ENDED')
      for (const one of [ended, logged]) expect(one).toMatchObject({ result, isMissed })
    },
  )

  it('between colleagues who both listen is one call', async () => {
    const { gateway, acme } = await listening()
    await acme.connect(ben)
    const [call] = gateway.simulator.addCall({ from: ava.number, to: ben.number })
    const session = call?.telephonySessionId ?? ''
    const logged = await waitForCall(acme, session, (one) => one.legs.length === 2)
    expect(logged.parties).toHaveLength(2)
    expect(await gateway.db.call.count({ where: { sessionKey: session } })).toBe(1)
  })

  it('whose end was never told is looked at, and closed', async () => {
    const { gateway, acme } = await listening({
      simulator: { calls: { ...slow.calls, talkMs: 1_500, logLagMs: 60_000 } },
    })
    const jobs = await createJobRunner(gateway)
    gateway.simulator.addCall({ from: stranger, to: ava.number })
    await acme.waitFor(live, ({ activeCalls }) => activeCalls[0]?.status === 'ANSWERED')
    gateway.simulator.planFault({ kind: 'webhook-drop' })
    const { id: callId } = await gateway.db.call.findFirstOrThrow({ where: { status: 'ANSWERED' } })
    await jobs.run(checkCallJob, { callId })
    expect((await acme.query(live)).activeCalls).toMatchObject([{ status: 'ANSWERED' }])
    await expect
      .poll(() => gateway.simulator.ledger().some(({ path }) => path.includes('/telephony/')))
      .toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 1_600))
    await gateway.db.call.updateMany({
      where: { id: callId },
      data: { heardAt: new Date(Date.now() - 180_000) },
    })
    await jobs.run(sweepCallsJob, {})
    await acme.waitFor(live, ({ activeCalls }) => activeCalls.length === 0)
  })

  it('of an extension without telephony notifications is read from RingCentral, seldom', async () => {
    const { gateway, acme, heard } = await listening({
      simulator: {
        scope: [...allBut('CallControl'), 'ReadPresence'],
        calls: { ...slow.calls, talkMs: 60_000, logLagMs: 0 },
      },
    })
    gateway.simulator.addCall({ from: stranger, to: ava.number })
    const reads = () => heavyReads(gateway).filter(({ path }) => path.includes('active-calls'))
    const { activeCalls } = await acme.query(live)
    expect(activeCalls).toMatchObject([{ status: 'RINGING', from: { number: stranger } }])
    await Promise.all(Array.from({ length: 50 }, () => acme.query(live)))
    expect(reads()).toHaveLength(1)
    gateway.simulator.hangUp(activeCalls[0].telephonySessionId)
    await gateway.db.extension.updateMany({ data: { activeCallsReadAt: null } })
    expect(await acme.query(live)).toEqual({ activeCalls: [] })
    // When it ended and how is not known before the log tells, and that is asked for.
    const { id } = activeCalls[0]
    const steps = () => heard().filter((call) => call.id === id)
    await expect
      .poll(() => steps().find((call) => call.rcCallId))
      .toMatchObject({
        isProvisional: false,
        durationSeconds: expect.any(Number),
      })
    expect(steps().find(({ status }) => status === 'ENDED')).toMatchObject({
      isProvisional: true,
      durationSeconds: null,
    })

    // Nobody asked what goes on: that a call has ended, the presence tells.
    const [{ telephonySessionId = '' } = {}] = gateway.simulator.addCall({
      from: stranger,
      to: ava.number,
    })
    await expect
      .poll(async () => (await gateway.db.presence.findFirst())?.telephonyStatus)
      .toBe('CALL_CONNECTED')
    gateway.simulator.hangUp(telephonySessionId)
    await expect
      .poll(() => heard().some((call) => call.telephonySessionId === telephonySessionId))
      .toBe(true)
  })
})

describe('the webhook', () => {
  const path = '/restapi/v1.0/subscription'

  it('listens to calls where the grant covers it, and is updated in place when that changes', async () => {
    const { gateway, id } = await listening()
    const jobs = await createJobRunner(gateway)
    const listens = () =>
      gateway.simulator.subscriptions().map(({ id, address, filters }) => ({
        id,
        address,
        calls: filters.some(({ kind }) => kind === 'telephony'),
      }))
    const [first] = listens()
    expect(first?.calls).toBe(true)
    const setScopes = (scopes: string[]) => gateway.db.extension.updateMany({ data: { scopes } })
    for (const calls of [false, true]) {
      await setScopes(calls ? allBut('') : allBut('CallControl'))
      await jobs.run(ensureWebhookJob, { extensionRowId: id })
      expect(listens()).toEqual([{ ...first, calls }])
    }
    await jobs.run(ensureWebhookJob, { extensionRowId: id })
    expect(asked(gateway, path)).toHaveLength(1)
    expect(asked(gateway, `${path}/${first?.id}`, 'PUT')).toHaveLength(2)
  })
})
