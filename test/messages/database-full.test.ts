import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const sendSms =
  'mutation ($input: SendSmsInput!) { sendSms(input: $input) { ... on Message { id } ... on Error { code } } }'
const sms = (text: string) => ({
  from: ava.number,
  to: [stranger],
  text,
  idempotencyKey: `key of ${text}`,
})

/** What sendSms answers over HTTP, to the letter. */
async function ask(text: string) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${acme.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: sendSms, variables: { input: sms(text) } }),
  })
  return response.json() as Promise<{ data?: unknown; errors?: any[] }>
}

async function expectNotTaken(text: string) {
  const { data, errors } = await ask(text)
  expect(data ?? null).toBeNull()
  expect(errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }])
  expect(JSON.stringify(errors)).not.toMatch(/msg_|read-only|disk|25006|53100/)
}

async function expectTaken(text: string) {
  const { id } = await send(acme, sms(text))
  expect(id).toMatch(/^msg_/)
  await waitForStatus(acme, id, 'DELIVERED')
  expect(await gateway.db.message.count({ where: { text } })).toBe(1)
  expect(gateway.simulator.outbox().filter((sent) => sent.text === text)).toHaveLength(1)
}

/** Says it of the database, to all who connect from now on; and all connect anew. */
async function setReadOnly(value: 'on' | 'off') {
  const { pathname } = new URL(gateway.databaseUrl)
  const client = new pg.Client(gateway.databaseUrl)
  await client.connect()
  await client.query('SET default_transaction_read_only = off')
  await client.query(
    `ALTER DATABASE "${pathname.slice(1)}" SET default_transaction_read_only = ${value}`,
  )
  // Twice: who is just connecting has read the old setting, and is not seen yet.
  for (let n = 0; n < 2; n += 1) {
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    await sleep(150)
  }
  await client.end()
}

describe('sendSms while the database', () => {
  it('takes no writes is SERVICE_UNAVAILABLE and leaves nothing; afterwards the same request works', async () => {
    await setReadOnly('on')
    try {
      for (let n = 0; n < 3; n += 1) await expectNotTaken('Read only')
      const { messages } = await acme.query('{ messages { totalCount } }')
      expect(messages.totalCount).toBe(0)
    } finally {
      await setReadOnly('off')
    }
    await expectTaken('Read only')
  })

  it('has a full disk is SERVICE_UNAVAILABLE and leaves nothing; afterwards the same request works', async () => {
    // What Postgres says of a full disk, at each place where sendSms writes.
    for (const table of ['"Message"', '"Event"', 'pgboss.job']) {
      const text = `No room in ${table}`
      await gateway.db.$executeRawUnsafe(`
        CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$`)
      await gateway.db.$executeRawUnsafe(
        `CREATE TRIGGER full_disk BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION full_disk()`,
      )
      await expectNotTaken(text)
      await gateway.db.$executeRawUnsafe(`DROP TRIGGER full_disk ON ${table}`)
      expect(await gateway.db.message.count({ where: { text } })).toBe(0)
      await expectTaken(text)
    }
  })
})
