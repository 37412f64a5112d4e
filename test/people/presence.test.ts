import { expect, test } from 'vitest'
import { createEventLog } from '../../src/events/event-log.ts'
import { recordPresence } from '../../src/people/record-presence.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { asked } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

const presence =
  'presence { availability userStatus telephonyStatus doNotDisturb statusMessage asOf }'
const wallboard = `{ extensions { nodes { extensionId ${presence} } } }`
const live = `subscription ($after: String, $filter: PresenceFilter) { presenceChanged(after: $after, filter: $filter) { cursor extensionId presence { availability telephonyStatus statusMessage } } }`
const presencePath = '/restapi/v1.0/account/~/extension/~/presence'

async function set(tenant: TestTenant, input: object) {
  const document = `mutation ($input: SetPresenceInput!) { result: setPresence(input: $input) { ... on Presence { availability userStatus doNotDisturb statusMessage } ... on Error { code message } } }`
  return (await tenant.query(document, { input })).result
}

const known = (tenant: TestTenant) =>
  tenant.waitFor(wallboard, ({ extensions }) =>
    extensions.nodes.every((one: any) => one.presence) ? extensions.nodes : undefined,
  )

test('a supervisor’s wallboard sees presence live', async () => {
  const gateway = await startGateway({
    simulator: { calls: { ringMs: 2_500, talkMs: 2_500, logLagMs: 0 } },
  })
  const acme = await gateway.createTenant()
  const other = await gateway.createTenant({ name: 'Other' })
  await acme.connect(ava)
  await acme.connect(ben)
  expect(await known(acme)).toMatchObject([
    { presence: { availability: 'AVAILABLE', telephonyStatus: 'NO_CALL', doNotDisturb: 'OFF' } },
    { presence: { availability: 'AVAILABLE' } },
  ])
  const seen = await acme.subscribe(live)
  const bens = await acme.subscribe(live, { filter: { extensionId: ben.extensionId } })
  const theirs = await other.subscribe(live)

  // Ava’s phone rings, she talks, she hangs up.
  gateway.simulator.addCall({ from: '+13105550177', to: ava.number })
  await seen.waitFor(
    ({ presenceChanged: { presence } }) => presence.telephonyStatus === 'CALL_CONNECTED',
  )
  await seen.waitFor(
    ({ presenceChanged: { presence } }) =>
      presence.telephonyStatus === 'NO_CALL' && presence.availability === 'AVAILABLE',
  )
  const states = seen.received.map(({ presenceChanged }) => presenceChanged.presence)
  expect(states.map(({ telephonyStatus }) => telephonyStatus)).toEqual([
    'RINGING',
    'CALL_CONNECTED',
    'NO_CALL',
  ])
  expect(states.map(({ availability }) => availability)).toEqual(['BUSY', 'BUSY', 'AVAILABLE'])

  // The supervisor sets Ben to do not disturb, with a word for everybody.
  const statusMessage = 'In the workshop'
  expect(
    await set(acme, { extensionId: ben.extensionId, doNotDisturb: 'ALL', statusMessage }),
  ).toMatchObject({ availability: 'BUSY', doNotDisturb: 'ALL', statusMessage })
  expect(await set(acme, { extensionId: ben.extensionId, statusMessage: '' })).toMatchObject({
    doNotDisturb: 'ALL',
    statusMessage: null,
  })
  await set(acme, { extensionId: ben.extensionId, statusMessage })
  await bens.waitFor(({ presenceChanged }) => presenceChanged.presence.availability === 'BUSY')
  const ids = bens.received.map(({ presenceChanged }) => presenceChanged.extensionId)
  expect(new Set(ids)).toEqual(new Set([ben.extensionId]))
  expect(theirs.received).toEqual([])

  // Who comes later sees the same from the stored state, and resumes without a gap.
  const late = await acme.subscribe(live, { after: seen.received[0].presenceChanged.cursor })
  await late.waitFor(({ presenceChanged }) => presenceChanged.extensionId === ben.extensionId)
  expect(late.received).toHaveLength(seen.received.length - 1)
})

test('what is old is read again, once for all who look; what is fresh costs nothing', async () => {
  const time = sharedTime()
  const gateway = await startGateway(time)
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await known(acme)
  const reads = () => asked(gateway, presencePath, 'GET').length
  const first = reads()
  await Promise.all(Array.from({ length: 20 }, () => acme.query(wallboard)))
  expect(reads()).toBe(first)
  time.pass(4 * 60_000)
  const [before] = (await acme.query(wallboard)).extensions.nodes
  await Promise.all(Array.from({ length: 20 }, () => acme.query(wallboard)))
  expect(reads()).toBe(first + 1)
  expect(Date.parse(before.presence.asOf)).toBeGreaterThan(Date.now() + 3 * 60_000)
})

test('older news never wins, whatever order it comes in, and a read during which news came is dropped', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const { id } = await acme.connect(ava)
  await known(acme)
  const tell = teller(gateway, id)
  const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000)
  await tell('Busy', { by: 'notification', sequence: 7, toldAt: at(7) })
  await tell('Offline', { by: 'notification', sequence: 5, toldAt: at(5) })
  await tell('Offline', { by: 'notification', sequence: 7, toldAt: at(7) })
  expect(await availability(gateway)).toBe('BUSY')
  await tell('Available', { by: 'read', sequenceBefore: 6n })
  expect(await availability(gateway)).toBe('BUSY')
  await tell('Available', { by: 'read', sequenceBefore: 7n })
  expect(await availability(gateway)).toBe('AVAILABLE')
  // RingCentral has begun to count anew: minutes later a low number is news.
  await tell('Offline', { by: 'notification', sequence: 1, toldAt: at(7 + 61) })
  expect(await availability(gateway)).toBe('OFFLINE')
})

test('many notifications at once leave the newest', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const { id } = await acme.connect(ava)
  await known(acme)
  const tell = teller(gateway, id)
  const numbers = Array.from({ length: 12 }, (_, n) => n + 100).sort(() => Math.random() - 0.5)
  await Promise.all(
    numbers.map((sequence) =>
      tell(sequence === 111 ? 'Busy' : 'Offline', {
        by: 'notification',
        sequence,
        toldAt: new Date(),
      }),
    ),
  )
  expect(await availability(gateway)).toBe('BUSY')
})

test('without the scope at RingCentral there is no presence, and setting it is refused before asking', async () => {
  const gateway = await startGateway({
    simulator: { scope: ['ReadAccounts', 'SMS', 'SubscriptionWebhook'] },
  })
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  const { extensions } = await acme.query(wallboard)
  expect(extensions.nodes).toEqual([{ extensionId: ava.extensionId, presence: null }])
  expect(await set(acme, { extensionId: ava.extensionId, userStatus: 'BUSY' })).toMatchObject({
    code: 'GRANT_LACKS_SCOPE',
  })
  expect(asked(gateway, presencePath, 'PUT')).toEqual([])
  expect(asked(gateway, presencePath, 'GET')).toEqual([])
})

test('what cannot be set is refused in words', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  const { extensionId } = ava
  expect(await set(acme, { extensionId })).toMatchObject({ code: 'INVALID_INPUT' })
  expect(await set(acme, { extensionId, statusMessage: 'x'.repeat(76) })).toMatchObject({
    code: 'INVALID_INPUT',
  })
  expect(await set(acme, { extensionId: '1', userStatus: 'BUSY' })).toMatchObject({
    code: 'EXTENSION_NOT_FOUND',
  })
})

async function availability({ db }: Gateway) {
  return (await db.presence.findFirstOrThrow()).availability
}

function teller({ db }: Gateway, extensionRowId: string) {
  const eventLog = createEventLog({ db, hints: { publish: () => undefined } as never })
  return (presenceStatus: string, source: Parameters<typeof recordPresence>[4]) =>
    eventLog.transaction((tx, record) =>
      recordPresence(tx, record, extensionRowId, { presenceStatus }, source, new Date()),
    )
}
