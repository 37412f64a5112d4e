import { expect, test } from 'vitest'
import { failureFrom } from './servers.ts'
import { simulated } from './simulated.ts'

test('a contact is made, found, changed in part and removed', async () => {
  const { api } = await simulated()
  const made = await api.addressBook.create({
    firstName: 'Mia',
    lastName: 'Wong',
    mobilePhone: '+13105550177',
    homeAddress: { city: 'Oakland' },
  })
  expect(made).toMatchObject({ id: expect.any(String), homeAddress: { city: 'Oakland' } })
  const found = await api.addressBook.list({ phoneNumber: ['+13105550177'], startsWith: 'Mi' })
  expect(found).toEqual({ contacts: [made], hasNextPage: false })
  const changed = await api.addressBook.update(made.id, { notes: 'Likes oak' })
  expect(changed).toEqual({ ...made, notes: 'Likes oak' })
  await api.addressBook.remove(made.id)
  await api.addressBook.remove(made.id)
  const gone = await failureFrom(api.addressBook.update(made.id, { notes: '' }))
  expect(gone).toMatchObject({ name: 'RingCentralRefusedError', status: 404 })
})

test('a book is followed, in pages', async () => {
  const { simulator, clock, api } = await simulated()
  const made = []
  for (let index = 0; index < 260; index++) {
    made.push(await api.addressBook.create({ firstName: `Friend ${index}` }))
  }
  await clock.advance(10_000)
  const first = await api.addressBook.sync({ type: 'full' })
  expect([first.contacts.length, first.nextPageId]).toEqual([250, '2'])
  const second = await api.addressBook.sync({ type: 'full', pageId: first.nextPageId })
  expect([second.contacts.length, second.nextPageId]).toEqual([10, undefined])

  await clock.advance(10_000)
  await api.addressBook.remove(made[0]?.id ?? '')
  await api.addressBook.update(made[1]?.id ?? '', { company: 'Oak' })
  const { syncToken = '' } = first
  const third = await api.addressBook.sync({ type: 'incremental', syncToken })
  expect(third).toMatchObject({ goneIds: [made[0]?.id], contacts: [{ company: 'Oak' }] })

  simulator.expireSyncTokens()
  const dead = await failureFrom(api.addressBook.sync({ type: 'incremental', syncToken }))
  expect(dead).toMatchObject({ name: 'SyncTokenExpiredError', code: 'CMN-101' })
})

test('a contact that was made and not answered is in doubt', async () => {
  const { simulator, api } = await simulated()
  simulator.planFault({ kind: 'accept-then-reset', path: '**/contact', count: 1 })
  const error = await failureFrom(api.addressBook.create({ firstName: 'Noah' }))
  expect(error).toHaveProperty('name', 'RingCentralInDoubtError')
  expect((await api.addressBook.list()).contacts).toHaveLength(1)
})
