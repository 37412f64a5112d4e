import { beforeAll, expect, test, vi } from 'vitest'
import { Prisma } from '../../src/db/generated/client/client.ts'
import { searchSql } from '../../src/people/search-directory.ts'
import { lookUp, namesOf } from '../support/directory.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'

const crowd = 20_000

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true, simulator: { people: crowd } })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  const read = { where: { syncedAt: { not: null } } }
  await vi.waitFor(async () => expect(await gateway.db.directoryCopy.count(read)).toBe(1), 40_000)
  return gateway.stop
})

test('everybody is there, by name, page after page', async () => {
  const first = await lookUp(acme, undefined, { first: 100 })
  expect(first.totalCount).toBe(crowd + 3)
  const second = await lookUp(acme, undefined, { first: 100, after: first.pageInfo.endCursor })
  const ids = [...first.nodes, ...second.nodes].map(({ extensionId }) => extensionId)
  expect(new Set(ids).size).toBe(200)
  const last = await acme.query('{ directory(last: 2) { nodes { name } totalCount } }')
  expect(last.directory.nodes).toHaveLength(2)
})

test('a number of two digits or a whole extension number finds its owner first', async () => {
  expect(namesOf(await lookUp(acme, '101'))[0]).toBe('Ava Hart')
  const [owner] = (await lookUp(acme, '1234')).nodes
  expect(owner.extensionNumber).toBe('1234')
})

test('names are found while they are typed, those that begin so first', async () => {
  expect(namesOf(await lookUp(acme, 'a'))[0]).toMatch(/^A/)
  for (const typed of ['cl', 'cle', 'cleo', 'CLEO P', 'park cleo']) {
    expect(namesOf(await lookUp(acme, typed)), typed).toContain('Cleo Park')
  }
  const kims = await lookUp(acme, 'kim', { first: 100 })
  expect(namesOf(kims).every((name) => name.includes('Kim'))).toBe(true)
  expect(kims.totalCount).toBeGreaterThan(1000)
})

test('accents and apostrophes need not be typed', async () => {
  expect(namesOf(await lookUp(acme, 'garcia'))[0]).toContain('García')
  expect(namesOf(await lookUp(acme, "o'neill"))[0]).toContain('O’Neill')
})

test('mail addresses and phone numbers are found as a person writes them', async () => {
  expect(namesOf(await lookUp(acme, 'Ava@Example.com'))[0]).toBe('Ava Hart')
  for (const typed of ['+1 (202) 555-0101', '(202) 555-0101', '202.555.0101', '12025550101']) {
    expect(namesOf(await lookUp(acme, typed)), typed).toEqual(['Ava Hart'])
  }
})

test('signs that mean something to a database mean nothing here', async () => {
  for (const typed of ['%', '_', '\\', "'", '100%', 'a_a']) {
    const { totalCount, emptyHint } = await lookUp(acme, typed)
    expect({ typed, totalCount }).toEqual({ typed, totalCount: 0 })
    expect(emptyHint).toMatch(/check the spelling.*must exist in RingCentral/)
  }
})

test('a search that is too long is refused', async () => {
  const query = 'query ($search: String) { directory(search: $search) { totalCount } }'
  const [error] = await acme.errors(query, { search: 'a'.repeat(201) })
  expect(error.extensions.code).toBe('BAD_USER_INPUT')
})

test.each(['kim', 'cl', 'colleague123', '555-0101', 'amara kim'])(
  'the search for %s is answered from the index',
  async (typed) => {
    await gateway.db.$executeRaw`ANALYZE "DirectoryEntry"`
    const plan = await gateway.db.$queryRaw<{ 'QUERY PLAN': string }[]>(
      Prisma.sql`EXPLAIN ${searchSql(acme.id, typed)} LIMIT 20`,
    )
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('searchText_trgm_idx')
  },
)
