import { expect, test } from 'vitest'
import { apiWith, ava, call, connect, login, simulate } from './harness.ts'

const entries = '/restapi/v1.0/account/~/directory/entries'

test('the directory lists everybody, and says when nothing has changed', async () => {
  const simulator = await simulate()
  const { body: token } = await login(simulator)
  const api = apiWith(simulator, token.access_token)
  const listed = await api('GET', entries)
  expect(listed.body.records.map((one: any) => [one.id, one.name])).toContainEqual([
    ava,
    'Ava Hart',
  ])
  expect(listed.body).not.toHaveProperty('navigation')
  const again = await call(simulator.url + entries, {
    headers: {
      authorization: `bearer ${token.access_token}`,
      'if-none-match': listed.headers.get('etag') ?? '',
    },
  })
  expect([again.status, again.text]).toEqual([304, ''])
  expect((await api('GET', `${entries}/${ava}`)).body.phoneNumbers[0]).toMatchObject({
    phoneNumber: '+12025550101',
    formattedPhoneNumber: '(202) 555-0101',
  })
  expect((await api('GET', `${entries}/1`)).status).toBe(404)
})

test('a search looks into the fields that are asked for', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator)
  const search = async (body: object) =>
    (await api('POST', `${entries}/search`, body)).body.records?.map((one: any) => one.firstName)
  expect(await search({ searchString: 'ort' })).toEqual(['Ben'])
  expect(await search({ searchString: '4155550103', searchFields: ['phoneNumber'] })).toEqual([
    'Cleo',
  ])
  expect(await search({ searchString: 'ort', searchFields: ['email'] })).toEqual([])
  expect(await search({ orderBy: [{ fieldName: 'firstName', direction: 'Desc' }] })).toEqual([
    'Cleo',
    'Ben',
    'Ava',
  ])
  expect(await search({ perPage: 1, page: 2 })).toEqual(['Ben'])
})

test('federated accounts see one another unless told not to', async () => {
  const simulator = await simulate({ limits: false })
  const account = (name: string, number: string) =>
    simulator.addAccount({ name, mainNumber: number, federated: true })
  const [east, west] = [account('East', '+12125550140'), account('West', '+14155550140')]
  const dana = simulator.addExtension({ accountId: east, firstName: 'Dana', lastName: 'Reed' })
  simulator.addExtension({ accountId: west, firstName: 'Eli', lastName: 'Stone' })
  const api = await connect(simulator, dana.id)
  const names = async (query = '') =>
    (await api('GET', entries + query)).body.records.map((one: any) => one.firstName)
  expect(await names()).toEqual(['Dana', 'Eli'])
  expect(await names('?showFederated=false')).toEqual(['Dana'])
})
