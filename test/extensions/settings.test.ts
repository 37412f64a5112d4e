import { describe, expect, it } from 'vitest'
import { checkCallJob, sweepCallsJob, syncCallLogJob } from '../../src/calls/jobs.ts'
import { minutes } from '../../src/lib/clock.ts'
import { readPresenceJob, syncContactsJob, syncDirectoryJob } from '../../src/people/jobs.ts'
import { heavyReads, waitForLog } from '../support/calls.ts'
import { lookUp } from '../support/directory.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { elsewhere } from '../support/mailbox.ts'
import { change, offIn } from '../support/settings.ts'
import { stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

const settings = '{ settings { features { feature enabled } } }'
const off = async (tenant: TestTenant) => offIn((await tenant.query(settings)).settings)
const wallboard = '{ extensions { nodes { id presence { availability } } } }'

async function mutate(tenant: TestTenant, field: string, input: object) {
  const type = `${field[0]?.toUpperCase()}${field.slice(1)}Input`
  const document = `mutation ($input: ${type}!) { result: ${field}(input: $input) { ... on Error { code } ... on FeatureDisabledError { feature } } }`
  return (await tenant.query(document, { input })).result
}

/** What RingCentral was asked in the name of extensions, by path, without webhooks and tokens. */
function asks({ simulator }: Gateway) {
  return simulator
    .ledger()
    .filter(({ direction, path }) => direction === 'in' && path.startsWith('/restapi/v1.0/account'))
    .map(({ method, path }) => `${method} ${path.split('?', 1)[0]}`)
}

/** The syncs that were handed in so far, by name. */
async function syncs({ db }: Gateway) {
  const names = [syncCallLogJob, syncContactsJob, syncDirectoryJob].map(({ name }) => name)
  return db.$queryRaw`SELECT DISTINCT name FROM pgboss.job WHERE name = ANY(${names})`
}

const filtersOf = ({ simulator }: Gateway) =>
  simulator.subscriptions().map(({ filters }) => filters.map(({ kind }) => kind).sort())

const everyFilter = [
  'consents',
  'extension-info',
  'extension-list',
  'instant-message',
  ...Array(4).fill('mailbox'),
  'presence',
  'telephony',
]

describe('settings', () => {
  it('are all on until they are switched off, each tenant’s own, and seen by the operator', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const other = await gateway.createTenant({ name: 'Other' })
    await acme.connect(ava)
    await jobs.idle()
    const all = (await acme.query(settings)).settings.features
    expect(all.map(({ feature }: any) => feature)).toEqual([
      'CALLS',
      'CALL_CONTROL',
      'RECORDINGS',
      'PRESENCE',
      'DIRECTORY',
      'CONTACTS',
      'INTERNAL_MESSAGES',
      'VOICEMAIL',
      'FAX',
    ])
    expect(await off(acme)).toEqual([])
    expect(offIn(await change(acme, { disable: ['FAX', 'PRESENCE'] }))).toEqual(['PRESENCE', 'FAX'])
    expect(await off(acme)).toEqual(['PRESENCE', 'FAX'])
    expect(await off(other)).toEqual([])
    expect(offIn(await change(acme, { enable: ['FAX'], disable: ['CALLS'] }))).toEqual([
      'CALLS',
      'PRESENCE',
    ])
    const { tenants } = await gateway.operator.query(
      '{ tenants { nodes { id features { feature enabled } } } }',
    )
    expect(tenants.nodes.map((tenant: any) => [tenant.id, offIn(tenant)])).toEqual([
      [other.id, []],
      [acme.id, ['CALLS', 'PRESENCE']],
    ])

    // The same again is no change: nothing is done for it.
    await jobs.idle()
    // Whatever else is read meanwhile: what it listens to stays.
    const changes = () =>
      gateway.simulator.ledger().filter(({ path }) => path.includes('/subscription')).length
    const before = changes()
    const done = () => gateway.db.$queryRaw`
      SELECT count(*)::int AS jobs FROM pgboss.job WHERE name = 'apply-settings'`
    const jobsBefore = await done()
    await change(acme, { enable: ['FAX'], disable: ['CALLS', 'PRESENCE'] })
    await jobs.idle()
    expect(await done()).toEqual(jobsBefore)
    expect(changes()).toBe(before)
  })

  it('refuse what makes no sense, and a key without their scope', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    for (const input of [{}, { enable: [], disable: [] }]) {
      expect(await change(acme, input)).toMatchObject({ code: 'INVALID_INPUT', field: 'enable' })
    }
    expect(await change(acme, { enable: ['FAX'], disable: ['FAX'] })).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'disable',
    })
    const reader = await gateway.createTenant({ scopes: ['extensions:read'] })
    expect(await off(reader)).toEqual([])
    const [error] = await reader.errors(
      'mutation { updateSettings(input: { disable: [FAX] }) { __typename } }',
    )
    expect(error.extensions).toMatchObject({ code: 'FORBIDDEN', scope: 'settings:write' })
  })

  it('changed by many at once lose no change', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const features = ['CALLS', 'PRESENCE', 'DIRECTORY', 'CONTACTS', 'VOICEMAIL', 'FAX']
    await Promise.all(features.map((feature) => change(acme, { disable: [feature] })))
    expect(await off(acme)).toEqual(features)
    await Promise.all(features.map((feature) => change(acme, { enable: [feature] })))
    expect(await off(acme)).toEqual([])
  })
})

describe('what is switched off', () => {
  const disable = ['CALLS', 'PRESENCE', 'DIRECTORY', 'CONTACTS']

  it('is not listened to or asked for any more, and what is stored stays readable', async () => {
    const time = sharedTime()
    const gateway = await startGateway(time)
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    await acme.connect(ben)
    await waitForLog(acme, 1)
    await lookUp(acme)
    await mutate(acme, 'createContact', { extensionId: id, firstName: 'Mia' })
    await acme.waitFor(wallboard, ({ extensions }) =>
      extensions.nodes.every(({ presence }: any) => presence),
    )
    await jobs.idle()
    expect(filtersOf(gateway)).toEqual([everyFilter, everyFilter])
    const subscriptions = gateway.simulator.subscriptions().map(({ id }) => id)
    const stored = `{ callLogs(first: 100) { asOf totalCount nodes { id } } contacts { nodes { name } } extensions { nodes { presence { availability } } } directory { nodes { name } } activeCalls { id } }`
    const before = await acme.query(stored)
    expect(before.contacts.nodes).toEqual([{ name: 'Mia' }])

    await change(acme, { disable })
    const fewer = ['consents', 'extension-info', 'instant-message', ...Array(4).fill('mailbox')]
    await expect.poll(() => filtersOf(gateway)).toEqual([fewer, fewer])
    // In place: their addresses stay, and no text is missed.
    expect(gateway.simulator.subscriptions().map(({ id }) => id)).toEqual(subscriptions)
    await jobs.idle()

    const first = asks(gateway)
    gateway.simulator.addCall({ from: stranger, to: ava.number })
    gateway.simulator.addExtension({ firstName: 'Zoe', lastName: 'New' })
    await gateway.simulator.settled()
    time.pass(minutes(15))
    await jobs.run(sweepCallsJob, {})
    await jobs.idle()
    expect(await acme.query(stored)).toEqual(before)
    // A sync that was asked for before it was switched off finds out by itself.
    const { tenantId, rcAccountId } = await gateway.db.extension.findFirstOrThrow()
    for (const job of [syncCallLogJob, readPresenceJob, syncContactsJob]) {
      expect(await jobs.run(job, { extensionRowId: id })).toBe('completed')
    }
    expect(await jobs.run(syncDirectoryJob, { tenantId, rcAccountId })).toBe('completed')
    const since = asks(gateway).slice(first.length)
    expect(since.filter((ask) => !/message-sync|message-store$/.test(ask))).toEqual([])

    const { extensionId } = ava
    const refused = (feature: string) => ({ code: 'FEATURE_DISABLED', feature })
    expect(await mutate(acme, 'startCall', { from: ava.number, to: stranger })).toEqual(
      refused('CALLS'),
    )
    expect(await mutate(acme, 'setPresence', { extensionId, userStatus: 'BUSY' })).toEqual(
      refused('PRESENCE'),
    )
    expect(await mutate(acme, 'createContact', { extensionId, firstName: 'X' })).toEqual(
      refused('CONTACTS'),
    )
    expect(asks(gateway)).toHaveLength(first.length + since.length)
    expect((await lookUp(acme, 'nobody')).emptyHint).toContain('DIRECTORY is switched off')
  })

  it('is not even taken in from a webhook that RingCentral has not changed yet', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await acme.waitFor(wallboard, ({ extensions }) => extensions.nodes[0].presence)
    await waitForLog(acme, 1)
    await jobs.idle()
    const path = '/restapi/v1.0/subscription/*'
    gateway.simulator.planFault({ kind: 'status', status: 503, method: 'PUT', path })
    await change(acme, { disable: ['CALLS', 'PRESENCE'] })
    const known = await gateway.db.call.count()
    const notified = await gateway.db.notification.count()
    gateway.simulator.addCall({ from: stranger, to: ava.number })
    const avas = await elsewhere(gateway, ava.extensionId)
    await avas('PUT', 'presence', { userStatus: 'Busy' })
    const pending = () => gateway.db.notification.count({ where: { processedAt: null } })
    await expect.poll(() => gateway.db.notification.count()).toBeGreaterThan(notified + 3)
    await gateway.simulator.settled()
    await expect.poll(pending).toBe(0)
    expect(await gateway.db.call.count()).toBe(known)
    expect(await gateway.db.presence.findFirst()).toMatchObject({ availability: 'AVAILABLE' })
    expect(filtersOf(gateway)).toEqual([everyFilter])
    gateway.simulator.clearFaults()
    await expect
      .poll(() => filtersOf(gateway)[0]?.includes('telephony'), { timeout: 25_000 })
      .toBe(false)
  })

  it('begins at once when it is switched on, and catches up', async () => {
    const gateway = await startGateway()
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    await change(acme, { disable })
    await acme.connect(ava)
    gateway.simulator.addCall({ from: stranger, to: ava.number })
    await jobs.idle()
    await gateway.simulator.settled()
    expect(heavyReads(gateway)).toEqual([])
    expect(asks(gateway).filter((ask) => /presence|directory|address-book/.test(ask))).toEqual([])
    expect(await syncs(gateway)).toEqual([])
    // Who asks does not wait for a first read, which takes three seconds where none comes.
    const askedAt = performance.now()
    expect(await lookUp(acme)).toMatchObject({ nodes: [], asOf: null })
    expect(performance.now() - askedAt).toBeLessThan(2_500)
    const contactsAskedAt = performance.now()
    expect((await acme.query('{ contacts { nodes { id } } }')).contacts.nodes).toEqual([])
    expect(performance.now() - contactsAskedAt).toBeLessThan(2_500)
    expect(await syncs(gateway)).toEqual([])
    expect((await acme.query(wallboard)).extensions.nodes[0].presence).toBeNull()

    await change(acme, { enable: disable })
    await expect.poll(() => filtersOf(gateway)).toEqual([everyFilter])
    await acme.waitFor('{ callLogs { nodes { from { number } } } }', ({ callLogs: { nodes } }) =>
      nodes.some(({ from }: any) => from.number === stranger),
    )
    await expect.poll(() => gateway.db.presence.count()).toBe(1)
    await expect.poll(() => gateway.db.directoryEntry.count()).toBe(3)
    await expect
      .poll(() => gateway.db.contactCopy.count({ where: { syncedAt: { not: null } } }))
      .toBe(1)

    // And live.
    await jobs.idle()
    const calls = await acme.subscribe('subscription { callChanged { call { status } } }')
    gateway.simulator.addCall({ from: stranger, to: ava.number })
    await calls.waitFor(({ callChanged }) => callChanged.call.status === 'ENDED')
  })

  it('CALLS: a call that goes on is followed to its end', async () => {
    const gateway = await startGateway({
      simulator: { calls: { ringMs: 50, talkMs: 60_000, logLagMs: 0 } },
    })
    const jobs = await createJobRunner(gateway)
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const [{ telephonySessionId = '' } = {}] = gateway.simulator.addCall({
      from: stranger,
      to: ava.number,
    })
    const callId = await acme.waitFor(
      '{ activeCalls { id status } }',
      ({ activeCalls }) => activeCalls.find(({ status }: any) => status === 'ANSWERED')?.id,
    )
    await change(acme, { disable: ['CALLS'] })
    gateway.simulator.hangUp(telephonySessionId)
    await gateway.simulator.settled()
    await jobs.run(checkCallJob, { callId })
    const { call } = await acme.query(`{ call(id: "${callId}") { status } }`)
    expect(call).toEqual({ status: 'ENDED' })
  })

  it('CALLS: RingCentral is not asked which calls go on', async () => {
    // Without CallControl nobody tells of them.
    const gateway = await startGateway({
      simulator: { scope: ['ReadAccounts', 'SMS', 'SubscriptionWebhook', 'ReadCallLog'] },
    })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const reads = () => asked(gateway, '/restapi/v1.0/account/~/extension/~/active-calls', 'GET')
    await change(acme, { disable: ['CALLS'] })
    await acme.query('{ activeCalls { id } }')
    expect(reads()).toEqual([])
    await change(acme, { enable: ['CALLS'] })
    await acme.query('{ activeCalls { id } }')
    expect(reads()).toHaveLength(1)
  })

  it('RECORDINGS: the addresses of recordings answer why they do not play', async () => {
    const gateway = await startGateway()
    gateway.simulator.addCall({
      from: stranger,
      to: ava.number,
      recorded: true,
      startedAt: Date.now() - 60_000,
    })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const { nodes } = await waitForLog(acme, 1)
    const { recordings } = nodes.find((call: any) => call.recordings.length > 0)
    expect((await fetch(recordings[0].url)).status).toBe(200)
    await change(acme, { disable: ['RECORDINGS'] })
    const answer = await fetch(recordings[0].url)
    expect(answer.status).toBe(403)
    expect(((await answer.json()) as any).error).toContain('RECORDINGS is switched off')
    await change(acme, { enable: ['RECORDINGS'] })
    expect((await fetch(recordings[0].url)).status).toBe(200)
  })
})
