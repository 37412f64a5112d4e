import { expect, test } from 'vitest'
import { ava, ben, connect, simulate, text } from './harness.ts'

const hour = 60 * 60_000

test('a list shows one day unless asked for more, newest first', async () => {
  const simulator = await simulate()
  const since = new Date(simulator.clock.now()).toISOString()
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Yesterday' })
  await simulator.clock.advance(25 * hour)
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Now' })
  const api = await connect(simulator)
  const subjects = async (query: string) =>
    (await api('GET', `message-store?${query}`)).body.records.map(
      (one: { subject: string }) => one.subject,
    )
  expect(await subjects('')).toEqual(['Now'])
  expect(await subjects(`dateFrom=${since}`)).toEqual(['Now', 'Yesterday'])
  expect(await subjects(`dateFrom=${since}&direction=Outbound`)).toEqual([])
  expect(
    await subjects(`dateFrom=${since}&phoneNumber=%2B13105550177&distinctConversations=true`),
  ).toEqual(['Now'])
  expect((await api('GET', 'message-store?direction=Sideways')).body.errors[0].errorCode).toBe(
    'CMN-101',
  )
})

test('pages follow one another by their links', async () => {
  const simulator = await simulate()
  for (const words of ['1', '2', '3']) {
    simulator.inbound({ from: '+13105550177', to: '+12025550101', text: words })
  }
  const api = await connect(simulator)
  const first = (await api('GET', 'message-store?perPage=2')).body
  expect(first.paging).toEqual({
    page: 1,
    perPage: 2,
    pageStart: 0,
    pageEnd: 1,
    totalPages: 2,
    totalElements: 3,
  })
  const next = (await api('GET', first.navigation.nextPage.uri.slice(simulator.url.length))).body
  expect(next.records).toHaveLength(1)
  expect(next.navigation).not.toHaveProperty('nextPage')
})

test('an incremental sync tells what is new or changed, overlaps, and gives a new token', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const first = (await api('GET', 'message-sync?syncType=FSync&messageType=SMS')).body
  expect(first.records).toEqual([])
  await simulator.clock.advance(10_000)
  const { body } = await text(api, '+13105550177')
  const sync = async (token: string) =>
    (await api('GET', `message-sync?syncType=ISync&syncToken=${token}`)).body
  const second = await sync(first.syncInfo.syncToken)
  expect(second.records).toMatchObject([{ id: body.id, messageStatus: 'Queued' }])
  expect(second.syncInfo.syncToken).not.toBe(first.syncInfo.syncToken)

  await simulator.clock.advance(1200)
  const third = await sync(second.syncInfo.syncToken)
  expect(third.records).toMatchObject([{ id: body.id, messageStatus: 'Delivered' }])
  // The windows overlap: what was told is told again.
  expect((await sync(third.syncInfo.syncToken)).records).toHaveLength(1)
  await simulator.clock.advance(6000)
  const later = await sync(third.syncInfo.syncToken)
  expect((await sync(later.syncInfo.syncToken)).records).toEqual([])
})

test('deleted messages come in a sync as an id and no more', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const [message] = simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Hello' })
  const first = (await api('GET', 'message-sync?syncType=FSync')).body
  expect(first.records).toHaveLength(1)
  expect((await api('DELETE', `message-store/${message?.id}`)).status).toBe(204)
  const next = (
    await api('GET', `message-sync?syncType=ISync&syncToken=${first.syncInfo.syncToken}`)
  ).body
  expect(next.records).toEqual([{ id: Number(message?.id), availability: 'Deleted' }])
})

test('a dead, foreign or made-up sync token answers 400', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const { syncToken } = (await api('GET', 'message-sync?syncType=FSync')).body.syncInfo
  const sync = async (caller: typeof api, token: string) => {
    const { status, body } = await caller('GET', `message-sync?syncType=ISync&syncToken=${token}`)
    return [status, body.errors?.[0].errorCode]
  }
  expect(await sync(api, 'nonsense')).toEqual([400, 'CMN-101'])
  expect(await sync(await connect(simulator, ben), syncToken)).toEqual([400, 'CMN-101'])
  simulator.expireSyncTokens()
  expect(await sync(api, syncToken)).toEqual([400, 'MSG-333'])
})

test('the first delete bins, the second purges, and a bin can be emptied back', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const [message] = simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Hello' })
  const one = `message-store/${message?.id}`
  await api('DELETE', one)
  expect((await api('GET', one)).body.availability).toBe('Deleted')
  expect(
    (await api('PATCH', one, { availability: 'Alive', readStatus: 'Read' })).body,
  ).toMatchObject({
    availability: 'Alive',
    readStatus: 'Read',
  })
  await api('DELETE', one)
  await api('DELETE', one)
  expect((await api('GET', one)).status).toBe(404)
})

test('a delete without an id empties the whole mailbox', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  for (const from of ['+13105550177', '+13105550178']) {
    simulator.inbound({ from, to: '+12025550101', text: 'Hello' })
  }
  expect((await api('DELETE', 'message-store/')).status).toBe(204)
  expect((await api('GET', 'message-store')).body.records).toEqual([])
})

test('other mailboxes are for administrators', async () => {
  const simulator = await simulate()
  const of = (id: string) => `/restapi/v1.0/account/~/extension/${id}/message-store`
  const foreign = await (await connect(simulator, ben))('GET', of(ava))
  expect(foreign.status).toBe(403)
  expect(foreign.body.errorCode).toBe('InsufficientPermissions')
  expect((await (await connect(simulator, ava))('GET', of(ben))).status).toBe(200)
})

test('a missing scope is named', async () => {
  const simulator = await simulate({ scope: 'ReadAccounts SMS' })
  const api = await connect(simulator)
  expect((await api('GET', 'message-store')).status).toBe(200)
  const { status, body } = await api('PUT', 'message-store/1', { readStatus: 'Read' })
  expect(status).toBe(403)
  expect(body).toMatchObject({
    errorCode: 'InsufficientPermissions',
    errors: [{ errorCode: 'CMN-401', permissionName: 'EditMessages' }],
  })
})
