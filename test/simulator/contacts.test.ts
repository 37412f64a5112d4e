import { expect, test } from 'vitest'
import { connect, simulate } from './harness.ts'

const contacts = 'address-book/contact'

test('contacts are created, found, replaced, merged and deleted', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator)
  const mia = (await api('POST', contacts, { firstName: 'Mia', mobilePhone: '+13105550177' })).body
  await api('POST', contacts, {
    firstName: 'Noah',
    company: 'Acme',
    businessPhone: '(310) 555-0178',
  })
  const names = async (query: string) =>
    (await api('GET', `${contacts}?${query}`)).body.records.map((one: any) => one.firstName)
  expect(await names('')).toEqual(['Mia', 'Noah'])
  expect(await names('startsWith=no')).toEqual(['Noah'])
  expect(await names('phoneNumber=%2B13105550177')).toEqual(['Mia'])
  expect(await names('sortBy=Company')).toEqual(['Mia', 'Noah'])

  const one = `${contacts}/${mia.id}`
  expect((await api('PATCH', one, { lastName: 'Lee' })).body).toMatchObject({
    firstName: 'Mia',
    lastName: 'Lee',
  })
  await api('PATCH', one, { email: 'mia@example.com' })
  expect((await api('PATCH', one, { email: '' })).status).toBe(400)
  expect((await api('PATCH', one, { email: null })).body).not.toHaveProperty('email')
  expect((await api('PUT', one, { lastName: 'Lee' })).body).not.toHaveProperty('firstName')
  expect((await api('DELETE', one)).status).toBe(204)
  expect((await api('GET', one)).status).toBe(404)
})

test.each([
  ['email', 'nobody'],
  ['mobilePhone', 'none'],
  ['birthday', 'yesterday'],
  ['homeAddress', 'here'],
])('a contact whose %s is %s is refused', async (name, value) => {
  const api = await connect(await simulate())
  const { status, body } = await api('POST', contacts, { [name]: value })
  expect([status, body.errors[0].errorCode, body.parameterName]).toEqual([400, 'CMN-101', name])
})

test('the sync of contacts pages, tells of what went, and knows its tokens', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator)
  for (const firstName of ['A', 'B', 'C']) await api('POST', contacts, { firstName })
  await simulator.clock.advance(10_000)
  const first = (await api('GET', 'address-book-sync?syncType=FSync&perPage=2')).body
  expect(first.records).toHaveLength(2)
  const rest = await api('GET', first.nextPageUri.slice(simulator.url.length))
  expect(rest.body.records).toHaveLength(1)
  expect(rest.body).not.toHaveProperty('nextPageId')

  await simulator.clock.advance(10_000)
  await api('DELETE', `${contacts}/${first.records[0].id}`)
  const sync = (token: string) => api('GET', `address-book-sync?syncType=ISync&syncToken=${token}`)
  expect((await sync(first.syncInfo.syncToken)).body.records).toEqual([
    { id: first.records[0].id, availability: 'Deleted' },
  ])
  expect((await sync('nonsense')).body.errors[0].errorCode).toBe('CMN-101')
})
