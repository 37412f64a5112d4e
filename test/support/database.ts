import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

/** SQLSTATE object_in_use. */
const inUse = '55006'

export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

/** A database of one's own, at once: a clone of this run's template, migrated and without rows, or (`bare`) of nothing. */
export async function createTestDatabase({ bare = false } = {}): Promise<TestDatabase> {
  const server = inject('postgres')
  const template = bare ? 'template0' : server.template
  const name = `ringql_test_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  await run(server.url, async (client) => {
    // One at a time: nobody may be connected to a template while it is copied.
    await client.query(`SELECT pg_advisory_lock(hashtext('${template}'))`)
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  })
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: () => run(server.url, (client) => drop(client, name)),
  }
}

/**
 * Whoever has just hung up may still be connected for a moment; one who is thrown out then hears of it in a
 * client that nobody listens to any more, which ends the process. So Postgres waits for them, some seconds; who
 * stays longer was left behind on purpose.
 */
async function drop(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(`DROP DATABASE IF EXISTS ${name}`)
  } catch (error) {
    if ((error as pg.DatabaseError).code !== inUse) throw error
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
}

async function run(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
