import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveCall } from '../../src/calls/derive.ts'
import type { LogLine } from '../../src/calls/facts.ts'
import { heardIn, mergeHeard } from '../../src/calls/heard.ts'
import { syncCallLogJob } from '../../src/calls/jobs.ts'
import { telephonySession } from '../../src/ringcentral/notification-bodies.ts'
import { callFields, waitForLog } from '../support/calls.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'

type News = { sequence: number; code: string; party: string; reason?: string }

/** One call between colleagues as RingCentral tells it, in order. */
const story: News[] = [
  { sequence: 1, code: 'Setup', party: 'p1' },
  { sequence: 2, code: 'Setup', party: 'p2' },
  { sequence: 3, code: 'Proceeding', party: 'p1' },
  { sequence: 4, code: 'Proceeding', party: 'p2' },
  { sequence: 5, code: 'Answered', party: 'p1' },
  { sequence: 6, code: 'Answered', party: 'p2' },
  { sequence: 7, code: 'Hold', party: 'p2' },
  { sequence: 8, code: 'Answered', party: 'p2' },
  { sequence: 9, code: 'Disconnected', party: 'p1' },
  { sequence: 10, code: 'Disconnected', party: 'p2' },
]

const bodyOf = ({ sequence, code, party, reason }: News) =>
  telephonySession.parse({
    telephonySessionId: 's-1',
    sequence,
    eventTime: new Date(1_800_000_000_000 + sequence * 1_000).toISOString(),
    parties: [
      {
        id: party,
        direction: party === 'p1' ? 'Outbound' : 'Inbound',
        extensionId: party === 'p1' ? '101' : '102',
        from: { phoneNumber: '+12025550101' },
        to: { phoneNumber: '+12125550102' },
        status: { code, reason },
      },
    ],
  })

/** The same call as the ledger has it: a line for each side, when it is over. */
const ledger: LogLine[] = [
  { partyId: 'p1', direction: 'Outbound', extensionId: '101', result: 'Call connected' } as const,
  { partyId: 'p2', direction: 'Inbound', extensionId: '102', result: 'Accepted' } as const,
].map((side) => ({
  ...side,
  id: `line of ${side.partyId}`,
  telephonySessionId: 's-1',
  from: { number: '+12025550101', name: 'Ava Hart', extensionId: '101' },
  to: { number: '+12125550102', name: 'Ben Ortiz', extensionId: '102' },
  startedAt: new Date(1_800_000_000_000).toISOString(),
  durationMs: 10_000,
  type: 'Voice',
  action: 'VoIP Call',
  ringOut: false,
  callerLeg: false,
  recording: null,
  legs: [],
}))

function hear(news: News[], lines: LogLine[] = []) {
  const heard = new Map()
  for (const { partyId, heard: fresh } of news.flatMap((one) =>
    heardIn(bodyOf(one), new Date(0)),
  )) {
    const old = heard.get(partyId)
    heard.set(partyId, old ? mergeHeard(old, fresh) : fresh)
  }
  return deriveCall({ heard, lines })
}

const shuffled = (length: number) => fc.shuffledSubarray(story, { minLength: length })

test('notifications in any order, some twice, make the same call', () => {
  const expected = hear(story)
  expect(expected).toMatchObject({ status: 'ENDED', result: 'ANSWERED', durationSeconds: 9 })
  fc.assert(
    fc.property(shuffled(story.length), fc.subarray(story), (all, again) => {
      expect(hear([...all, ...again])).toEqual(expected)
    }),
  )
})

test('how it stands is what the newest news says, by RingCentral’s sequence and not by arrival', () => {
  const statuses = ['RINGING', 'RINGING', 'RINGING', 'RINGING', 'ANSWERED', 'ANSWERED', 'ON_HOLD']
  for (const [n, status] of [...statuses, 'ANSWERED', 'ANSWERED', 'ENDED'].entries()) {
    const sofar = story.slice(0, n + 1)
    const all = fc.shuffledSubarray(sofar, { minLength: sofar.length })
    fc.assert(
      fc.property(all, (some) => {
        expect(hear(some)?.status).toBe(status)
      }),
      { numRuns: 20 },
    )
  }
})

test('whatever was dropped, what was heard comes out the same in any order', () => {
  fc.assert(
    fc.property(
      shuffled(1).chain((some) =>
        fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
      ),
      ([one, other]) => {
        expect(hear(other)).toEqual(hear(one))
      },
    ),
  )
})

test('whatever was dropped, doubled and shuffled, the final call is the ledger’s', () => {
  const { answeredAt: _, ...expected } = deriveCall({ heard: new Map(), lines: ledger }) ?? {}
  expect(expected).toMatchObject({ status: 'ENDED', result: 'ANSWERED', durationSeconds: 10 })
  const lines = fc.shuffledSubarray(ledger, { minLength: ledger.length })
  fc.assert(
    fc.property(shuffled(0), fc.subarray(story), lines, (some, again, logged) => {
      const call = hear([...some, ...again], logged)
      // When each picked up is the one thing that only notifications tell.
      expect({
        ...call,
        parties: call?.parties.map((party) => ({ ...party, answeredAt: null })),
      }).toMatchObject({ ...expected })
    }),
  )
})

test('in its own order, a call only goes forward', () => {
  const ranks = ['RINGING', 'ANSWERED', 'ENDED']
  fc.assert(
    fc.property(fc.subarray(story, { minLength: 1 }), (some) => {
      const seen = some.map((_, n) => hear(some.slice(0, n + 1))?.status ?? '')
      const own = seen.map((status) => ranks.indexOf(status === 'ON_HOLD' ? 'ANSWERED' : status))
      // Who was not heard of yet may still be there when all others have left.
      const whole =
        some.some(({ party }) => party === 'p1') && some.some(({ party }) => party === 'p2')
      const from = whole ? some.findIndex(({ party }) => party !== some[0]?.party) : 0
      expect(own.slice(from)).toEqual(own.slice(from).toSorted((a, b) => a - b))
    }),
  )
})

test('shuffled, doubled and dropped on the way, calls end as RingCentral’s ledger has them', async () => {
  const gateway = await startGateway({
    simulator: { seed: 7, calls: { ringMs: 150, talkMs: 300, logLagMs: 50 } },
  })
  const acme = await gateway.createTenant()
  const { id: extensionRowId } = await acme.connect(ava)
  await acme.connect(ben)
  await waitForLog(acme, 5)
  const jobs = await createJobRunner(gateway)
  const seen = await acme.subscribe(
    'subscription { callChanged { call { id status telephonySessionId } } }',
  )
  const drop = gateway.simulator.planFault({ kind: 'webhook-drop', share: 0.2 })
  gateway.simulator.planFault({ kind: 'webhook-double', share: 0.3 })
  gateway.simulator.planFault({ kind: 'webhook-reorder', share: 0.5 })
  const plans = [
    { from: stranger, to: ava.number },
    { from: ava.number, to: ben.number, holdMs: 60 },
    { from: stranger, to: ava.number, outcome: 'missed' },
    { from: stranger, to: ben.number, outcome: 'voicemail' },
    { from: ava.number, to: stranger, outcome: 'busy' },
    { from: stranger, to: ben.number, outcome: 'rejected', queueCall: true },
    { from: stranger, to: ava.number, recorded: true },
  ] as const
  const sessions = plans.map((plan) => gateway.simulator.addCall(plan)[0]?.telephonySessionId ?? '')
  await new Promise((resolve) => setTimeout(resolve, 900))
  gateway.simulator.clearFaults()
  expect(drop.hits).toBeGreaterThan(0)
  // Notifications that were held back come one second late.
  await new Promise((resolve) => setTimeout(resolve, 1_100))
  await gateway.simulator.settled()
  await jobs.idle()
  await gateway.db.budget.deleteMany()
  await jobs.run(syncCallLogJob, { extensionRowId })

  const { nodes } = await waitForLog(acme, 5 + plans.length)
  const results = ['ANSWERED', 'ANSWERED', 'MISSED', 'VOICEMAIL', 'BUSY', 'REJECTED', 'ANSWERED']
  for (const [n, session] of sessions.entries()) {
    const sides = gateway.simulator.calls().filter((call) => call.telephonySessionId === session)
    const [main = sides[0]] = sides.filter(({ direction }) => direction === 'Outbound')
    const startedAt = Math.min(...sides.map((side) => side.startedAt))
    const endedAt = Math.max(...sides.map((side) => side.endedAt ?? 0))
    const found = nodes.filter((call: any) => call.telephonySessionId === session)
    expect(found).toMatchObject([
      {
        status: 'ENDED',
        direction: main?.direction.toUpperCase(),
        result: results[n],
        rcResult: main?.result,
        isMissed: results[n] === 'MISSED' || results[n] === 'VOICEMAIL',
        startedAt: new Date(startedAt).toISOString(),
        endedAt: new Date(endedAt).toISOString(),
        durationSeconds: Math.floor((endedAt - startedAt) / 1000),
        recordings: sides.flatMap(({ recordingId }) => (recordingId ? [{ id: recordingId }] : [])),
      },
    ])
    // Between colleagues the log has extension numbers; the others, notifications told if they came.
    for (const end of ['from', 'to'] as const) {
      const { phoneNumber, extensionNumber } = main?.[end] ?? {}
      expect([extensionNumber, phoneNumber]).toContain(found[0][end].number)
    }
    const told = seen.received
      .map(({ callChanged }) => callChanged.call)
      .filter((call: any) => call.telephonySessionId === session)
    expect(told.at(-1)?.status).toBe('ENDED')
    const ended = told.findIndex(({ status }: any) => status === 'ENDED')
    expect(told.slice(ended).map(({ status }: any) => status)).not.toContain('RINGING')
  }
  expect(await acme.query(`{ activeCalls { ${callFields} } }`)).toEqual({ activeCalls: [] })
})
