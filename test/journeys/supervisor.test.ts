import { expect, test } from 'vitest'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'
import { openBrowser } from './browser.ts'

const presences = `subscription ($after: String) {
  presenceChanged(after: $after) { cursor extensionId presence { availability telephonyStatus } }
}`
const missedCalls = `subscription ($after: String) {
  callChanged(after: $after, filter: { missed: true, status: [ENDED] }) {
    cursor call { id status isMissed rcCallId from { number name } to { number extensionId name } }
  }
}`

test('a supervisor’s wallboard sees presence and missed calls live, also over a cut socket', async () => {
  const gateway = await startGateway({
    simulator: { calls: { ringMs: 200, talkMs: 60_000, logLagMs: 100 } },
  })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await acme.connect(ben)
  await acme.query('{ directory { asOf } }')
  await acme.waitFor('{ callLogs { asOf } }', ({ callLogs }) => callLogs.asOf)

  // The wallboard reads what is, takes the place in the log where that was, and listens from there.
  const { status } = await acme.waitFor(
    '{ status { cursor } extensions { nodes { extensionId presence { availability } } } }',
    (data) => data.extensions.nodes.every((one: any) => one.presence) && data,
  )
  const after = status.cursor
  const wallboard = openBrowser(gateway.url, acme.secret)
  const presence = wallboard.listen(presences, { after })
  const missed = wallboard.listen(missedCalls, { after })
  await wallboard.connected
  const now = (extensionId: string) =>
    presence.events.filter((event) => event.extensionId === extensionId).at(-1)?.presence
  const fromStranger = () =>
    missed.events.map(({ call }) => call).find(({ from }) => from.number === stranger)

  // Ben takes a call. Ava is rung meanwhile, and does not pick up.
  const [talk] = gateway.simulator.addCall({ from: '+13105550177', to: ben.number })
  await expect
    .poll(() => now(ben.extensionId))
    .toEqual({ availability: 'BUSY', telephonyStatus: 'CALL_CONNECTED' })
  const unanswered = { from: stranger, outcome: 'missed', ringMs: 2_000 } as const
  gateway.simulator.addCall({ ...unanswered, to: ava.number })
  await expect.poll(() => now(ava.extensionId)?.telephonyStatus).toBe('RINGING')
  await expect.poll(fromStranger).toMatchObject({
    status: 'ENDED',
    isMissed: true,
    from: { number: stranger },
    to: { number: ava.number, name: 'Ava Hart' },
  })
  await expect
    .poll(() => now(ava.extensionId))
    .toEqual({ availability: 'AVAILABLE', telephonyStatus: 'NO_CALL' })
  expect(now(ben.extensionId).availability).toBe('BUSY')

  // Somebody trips over the wallboard's cable. Meanwhile Ben hangs up, and then misses a call of his own.
  const shown = { presence: presence.events.length, missed: missed.events.length }
  const { back } = wallboard.cut()
  gateway.simulator.hangUp(talk?.telephonySessionId ?? '')
  gateway.simulator.addCall({ ...unanswered, to: ben.number })
  const happened = await acme.waitFor(
    `{ callLogs(filter: { missed: true, number: "${stranger}" }) { nodes { id rcCallId to { extensionId } } } }`,
    ({ callLogs }) => callLogs.nodes.filter(({ to }: any) => to.extensionId === ben.extensionId)[0],
  )
  expect([presence.events.length, missed.events.length]).toEqual([shown.presence, shown.missed])
  back()

  // It is plugged in again, and shows what it would have shown.
  await expect.poll(() => missed.events.some(({ call }) => call.id === happened.id)).toBe(true)
  await expect
    .poll(() => now(ben.extensionId))
    .toEqual({ availability: 'AVAILABLE', telephonyStatus: 'NO_CALL' })

  // Another one, that nobody has cut, reads the same from the beginning: nothing is missing, nothing twice.
  const other = openBrowser(gateway.url, acme.secret)
  const uncut = {
    presence: other.listen(presences, { after }),
    missed: other.listen(missedCalls, { after }),
  }
  await expect.poll(() => cursors(uncut.presence)).toEqual(cursors(presence))
  await expect.poll(() => cursors(uncut.missed)).toEqual(cursors(missed))
  for (const { events, failures } of [presence, missed]) {
    expect(failures).toEqual([])
    expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(events.length)
  }
})

const cursors = ({ events }: { events: { cursor: string }[] }) => events.map(({ cursor }) => cursor)
