import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createDatabase } from '../../src/db/client.ts'
import { migrate } from '../../src/db/migrate.ts'
import { raiseWall, tenantRole } from '../../src/db/wall.ts'
import { asTenant } from '../../src/lib/request-scope.ts'
import { createTestDatabase } from '../support/database.ts'

/** A database that belongs to somebody who may make no roles, as a hosted PostgreSQL hands it out. */
async function createHostedDatabase() {
  const database = await createTestDatabase({ bare: true })
  const server = new pg.Client(inject('postgres').url)
  await server.connect()
  const user = `hosted_${randomUUID().slice(0, 8)}`
  const url = new URL(database.url)
  const name = url.pathname.slice(1)
  await server.query(
    `CREATE ROLE ${user} LOGIN PASSWORD 'hosted'; ALTER DATABASE ${name} OWNER TO ${user}`,
  )
  url.username = user
  url.password = 'hosted'
  onTestFinished(async () => {
    await database.drop()
    await server.query(`DROP ROLE ${user}`)
    await server.end()
  })
  return { url: url.href, user, server }
}

test('a user who may make no roles is told so, and has the wall when somebody else has made the role', async () => {
  const { url, user, server } = await createHostedDatabase()
  await migrate(url)
  const warnings: string[] = []
  const log = { warn: (words: string) => void warnings.push(words) }
  expect(await raiseWall(url, log as never)).toBe(false)
  expect(warnings).toEqual([expect.stringMatching(/second wall is down.*docs\/operations\.md/)])

  await server.query(`GRANT ${tenantRole} TO ${user}`)
  expect(await raiseWall(url, log as never)).toBe(true)
  expect(warnings).toHaveLength(1)

  // The owner of the tables is held as well, by a policy of its own.
  const db = createDatabase({ url, applicationName: 'ringql-test', poolSize: 2 })
  onTestFinished(() => db.$disconnect())
  for (const id of ['ten_a', 'ten_b']) await db.tenant.create({ data: { id, name: id } })
  expect(await db.tenant.count()).toBe(2)
  expect(await asTenant('ten_a', () => db.tenant.findMany({ select: { id: true } }))).toEqual([
    { id: 'ten_a' },
  ])
  expect(await raiseWall(url)).toBe(true)
})
