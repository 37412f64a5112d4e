import { expect, test } from 'vitest'
import { extensionListChanges } from '../../src/ringcentral/event-filters.ts'
import { clientOf, failureFrom, startRingCentral } from './servers.ts'
import { ava, ben, listening, simulated } from './simulated.ts'

test('the directory is read page by page, without the people of other companies', async () => {
  const { simulator, api } = await simulated({ people: 2500 })
  const account = { name: 'Partner', mainNumber: '+19995550100', federated: true }
  const accountId = simulator.addAccount(account)
  simulator.addExtension({ accountId, firstName: 'Zoe', lastName: 'Lee' })
  const first = await api.directory.listEntries()
  const second = await api.directory.listEntries({ page: 2 })
  expect([first.entries.length, first.hasNextPage]).toEqual([2000, true])
  expect([second.entries.length, second.hasNextPage]).toEqual([503, false])
  expect(first.entries[0]).toMatchObject({
    id: ava.id,
    name: 'Ava Hart',
    type: 'User',
    email: 'ava@example.com',
    extensionNumber: '101',
    phoneNumbers: [{ phoneNumber: ava.phoneNumber, primary: true }],
  })
  expect(first.entries[3]).toMatchObject({ department: 'Showroom' })
  expect(new Set([...first.entries, ...second.entries].map((one) => one.accountId)).size).toBe(1)
})

test.each([
  [2, true],
  [1, false],
  [0, false],
])('without a total, a page of 2 with %i people has a next one: %s', async (count, hasNextPage) => {
  const records = Array.from({ length: count }, (_, id) => ({ id: `${id + 1}` }))
  await using server = await startRingCentral(() => ({ body: { records, paging: { page: 1 } } }))
  const { directory } = clientOf(server.serverUrl).api('t')
  expect(await directory.listEntries({ perPage: 2 })).toMatchObject({ hasNextPage })
})

test('extensions are listed with how to reach them', async () => {
  const { api } = await simulated({ people: 30 })
  const query = { type: ['User'], status: ['Enabled', 'Disabled'], perPage: 20 }
  const first = await api.directory.listExtensions(query)
  expect(first).toMatchObject({ extensions: { length: 20 }, hasNextPage: true })
  expect(first.extensions[1]).toMatchObject({
    id: ben.id,
    email: 'ben@example.com',
    businessPhone: ben.phoneNumber,
    isAdmin: false,
  })
  const last = await api.directory.listExtensions({ ...query, page: 2 })
  expect(last).toMatchObject({ extensions: { length: 13 }, hasNextPage: false })
})

test('an extension’s details are changed in part, and others hear that they were', async () => {
  const { simulator, api, connect } = await simulated()
  const { address, notifications } = await listening()
  const eventFilters = [extensionListChanges()]
  await api.subscriptions.create({ address, eventFilters, verificationToken: 'v' })
  const theirs = await connect(ben)
  const changed = await theirs.account.updateExtension({
    department: 'Workshop',
    mobilePhone: '+13105550188',
  })
  expect(changed).toMatchObject({ id: ben.id, firstName: 'Ben', department: 'Workshop' })
  expect(await api.account.getExtension(ben.id)).toMatchObject({ mobilePhone: '+13105550188' })
  await simulator.settled()
  expect(notifications[0]).toMatchObject({
    kind: 'extension-change',
    body: [{ extensionId: ben.id, eventType: 'Update' }],
  })
  const foreign = await failureFrom(theirs.account.updateExtension({ company: 'x' }, ava.id))
  expect(foreign).toMatchObject({ name: 'RingCentralRefusedError', status: 403 })
  const wrong = await failureFrom(api.account.updateExtension({ mobilePhone: 'mine' }))
  expect(wrong).toMatchObject({ code: 'CMN-101', parameterName: 'contact.mobilePhone' })
})
