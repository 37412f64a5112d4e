import { expect, test } from 'vitest'
import { connect, simulate } from './harness.ts'

const account = '/restapi/v1.0/account/~'

test('20,000 colleagues are there in a moment, in pages of 2000', async () => {
  const startedAt = performance.now()
  const simulator = await simulate({ people: 20_000, limits: false, observe: undefined })
  expect(performance.now() - startedAt).toBeLessThan(5000)
  const api = await connect(simulator)
  const ids = new Set<string>()
  for (let page = 1; page <= 11; page++) {
    const query = `showFederated=false&perPage=2000&page=${page}`
    const { records } = (await api('GET', `${account}/directory/entries?${query}`)).body
    for (const { id } of records) ids.add(id)
  }
  expect(ids.size).toBe(20_003)
  const last = await api('GET', `${account}/extension?perPage=1000&page=21`)
  expect(last.body.records).toHaveLength(3)
  expect(last.body.navigation).not.toHaveProperty('nextPage')
  expect(
    (await api('GET', `${account}/extension?email=colleague7@example.com`)).body.records,
  ).toMatchObject([{ extensionNumber: '1007', contact: { department: 'Workshop' } }])
})
