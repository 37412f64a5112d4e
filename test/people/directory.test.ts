import { expect, test } from 'vitest'
import { syncDirectoryJob } from '../../src/people/jobs.ts'
import { lookUp, namesOf } from '../support/directory.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { asked } from '../support/ledger.ts'
import { sharedTime } from '../support/time.ts'

const entries = '/restapi/v1.0/account/~/directory/entries'

test('the first question waits for the first read, and a page costs no other', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  const everybody = await lookUp(acme)
  expect(namesOf(everybody)).toEqual(['Ava Hart', 'Ben Ortiz', 'Cleo Park'])
  expect(everybody.nodes[0].extension).toEqual({ extensionId: ava.extensionId })
  expect(everybody.nodes[1].extension).toBeNull()
  for (const search of ['a', 'av', 'ava', '101', 'nobody']) await lookUp(acme, search)
  expect(asked(gateway, entries, 'GET')).toHaveLength(1)
})

test('nobody found: the answer tells that the user must exist in RingCentral, or that nothing was read', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  expect(await lookUp(acme, 'zoe')).toMatchObject({
    nodes: [],
    asOf: null,
    emptyHint: expect.stringContaining('has not been read yet'),
  })
  await acme.connect(ava)
  expect(await lookUp(acme, 'zoe')).toMatchObject({
    nodes: [],
    totalCount: 0,
    asOf: expect.any(String),
    emptyHint: expect.stringContaining('must exist in RingCentral'),
  })
  expect((await lookUp(acme, 'ava')).emptyHint).toBeNull()
})

test('who joins, changes and leaves is told by RingCentral, and the copy follows', async () => {
  const gateway = await startGateway()
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  await lookUp(acme)
  await jobs.idle()
  const waiting = () => gateway.db.$queryRaw<unknown[]>`
    SELECT 1 FROM pgboss.job WHERE name = ${syncDirectoryJob.name} AND state = 'created'`
  expect(await waiting()).toEqual([])

  const zoe = gateway.simulator.addExtension({
    firstName: 'Zoë',
    lastName: 'Adams',
    email: 'zoe@example.com',
  })
  await expect.poll(waiting, { timeout: 5000 }).toHaveLength(1)
  const { rcAccountId } = await gateway.db.directoryCopy.findFirstOrThrow()
  await jobs.run(syncDirectoryJob, { tenantId: acme.id, rcAccountId })
  expect(namesOf(await lookUp(acme, 'zoe'))).toEqual(['Zoë Adams'])

  gateway.simulator.setExtensionStatus(zoe.id, 'Disabled')
  await jobs.run(syncDirectoryJob, { tenantId: acme.id, rcAccountId })
  expect((await lookUp(acme, 'zoe')).nodes).toMatchObject([{ status: 'Disabled', jobTitle: null }])
})

test('a copy that is hours old is read again when somebody asks', async () => {
  const time = sharedTime()
  const gateway = await startGateway(time)
  const acme = await gateway.createTenant()
  await acme.connect(ava)
  const { asOf } = await lookUp(acme)
  time.pass(3.9 * 3600_000)
  await lookUp(acme)
  expect(asked(gateway, entries, 'GET')).toHaveLength(1)
  time.pass(0.2 * 3600_000)
  await lookUp(acme)
  await acme.waitFor('{ directory { asOf } }', ({ directory }) => directory.asOf > asOf)
  expect(asked(gateway, entries, 'GET')).toHaveLength(2)
})

test('disconnecting deletes the copy; another tenant keeps its own', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const other = await gateway.createTenant({ name: 'Other' })
  await acme.connect(ava)
  await other.connect(ben)
  await lookUp(acme)
  await lookUp(other)
  await acme.query('mutation { disconnect { __typename } }')
  expect(await lookUp(acme)).toMatchObject({ nodes: [], asOf: null })
  expect((await lookUp(other)).nodes).toHaveLength(3)
  expect(await gateway.db.directoryEntry.count({ where: { tenantId: acme.id } })).toBe(0)
})

test('a directory of more pages than the budget has calls is read in several goes, to its end', async () => {
  const gateway = await startGateway({ simulator: { people: 2500 } })
  const jobs = await createJobRunner(gateway)
  const acme = await gateway.createTenant()
  const { id } = await acme.connect(ava)
  await lookUp(acme)
  await jobs.settled()
  const { rcAccountId } = await gateway.db.directoryCopy.findFirstOrThrow()
  await gateway.db.directoryEntry.deleteMany()
  await gateway.db.directoryCopy.updateMany({ data: { syncedAt: null, attemptedAt: null } })

  // Two calls are left of the 24 that the directory may take in a minute.
  const uses = Array.from({ length: 22 }, () => new Date())
  const key = `${id}:Medium`
  await gateway.db.budget.update({ where: { key }, data: { usedAt: uses } })
  await jobs.run(syncDirectoryJob, { tenantId: acme.id, rcAccountId })
  expect(await gateway.db.directoryCopy.findFirstOrThrow()).toMatchObject({
    nextPage: 3,
    syncedAt: null,
  })
  await gateway.db.budget.update({ where: { key }, data: { usedAt: [] } })
  await jobs.run(syncDirectoryJob, { tenantId: acme.id, rcAccountId })
  expect((await lookUp(acme)).totalCount).toBe(2503)
  const pages = asked(gateway, entries, 'GET').map(({ path }) =>
    new URL(path, gateway.url).searchParams.get('page'),
  )
  expect(pages).toEqual(['1', '2', '3', '1', '2', '3'])
})
