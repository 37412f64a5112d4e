import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDatabase, type Tx } from '../../src/db/client.ts'
import {
  isConflict,
  isDatabaseUnavailable,
  isRetryable,
  isUniqueViolation,
} from '../../src/db/errors.ts'
import { type Accounts, add, createAccounts, read, together } from './accounts.ts'

const CONFLICT = { conflict: true, retryable: true, unique: false, unavailable: false }
const UNAVAILABLE = { conflict: false, retryable: true, unique: false, unavailable: true }
const FINAL = { conflict: false, retryable: false, unique: false, unavailable: false }

let accounts: Accounts

beforeEach(async () => {
  accounts = await createAccounts()
})

afterEach(() => accounts[Symbol.asyncDispose]())

test('a serialization conflict, whether a statement or COMMIT meets it', async () => {
  const readThenAdd = (from: number, to: number) => (meet: () => Promise<void>) => {
    const work = async (tx: Tx) => {
      await read(tx, from)
      await meet()
      await add(tx, to)
    }
    return accounts.db.$transaction(work, { isolationLevel: 'Serializable' })
  }
  expect((await together(readThenAdd(1, 1), readThenAdd(1, 1))).map(meaningOf)).toEqual([CONFLICT])
  // Each reads what the other one writes: only the later COMMIT can see that this must not be.
  expect((await together(readThenAdd(1, 2), readThenAdd(2, 1))).map(meaningOf)).toEqual([CONFLICT])
})

test('a deadlock', async () => {
  const addBoth = (first: number, second: number) => (meet: () => Promise<void>) =>
    accounts.db.$transaction(async (tx) => {
      await add(tx, first)
      await meet()
      await add(tx, second)
    })
  expect((await together(addBoth(1, 2), addBoth(2, 1))).map(meaningOf)).toEqual([CONFLICT])
})

test('a connection that is killed between two statements', async () => {
  const killed = accounts.db.$transaction(async (tx) => {
    await accounts.other.query('SELECT pg_terminate_backend($1, 5000)', [await backend(tx)])
    await add(tx, 1)
  })
  expect(await failureOf(killed)).toEqual(UNAVAILABLE)
  expect(await accounts.db.$queryRaw`SELECT 1 AS up`).toEqual([{ up: 1 }])
})

test('a connection that is killed during a statement', async () => {
  const killed = accounts.db.$transaction(async (tx) => {
    const pid = await backend(tx)
    await Promise.all([tx.$queryRaw`SELECT pg_sleep(20)::text`, killAsleep(pid)])
  })
  expect(await failureOf(killed)).toEqual(UNAVAILABLE)
  expect(await accounts.db.$queryRaw`SELECT 1 AS up`).toEqual([{ up: 1 }])
})

test('a lock that is held too long', async () => {
  await accounts.other.query('BEGIN; LOCK TABLE "Account"')
  const locked = accounts.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL lock_timeout = '50ms'`
    await add(tx, 1)
  })
  expect(await failureOf(locked)).toEqual({ ...FINAL, retryable: true })
  await accounts.other.query('ROLLBACK')
})

test('a server that is not there', async () => {
  const url = 'postgresql://somebody:secret@127.0.0.1:1/nowhere'
  const db = createDatabase({ url, applicationName: 'ringql test', poolSize: 1 })
  expect(await failureOf(db.$queryRaw`SELECT 1`)).toEqual(UNAVAILABLE)
  expect(await failureOf(db.tenant.count())).toEqual(UNAVAILABLE)
  expect(await failureOf(db.$transaction(async () => 1))).toEqual(UNAVAILABLE)
  expect(await failureOf(new pg.Client(url).connect())).toEqual(UNAVAILABLE)
})

test('a pool without a connection to spare', async () => {
  const { db } = accounts
  const release = Promise.withResolvers<void>()
  const entered = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = entered.map((own) =>
    db.$transaction(() => {
      own.resolve()
      return release.promise
    }),
  )
  await Promise.all(entered.map((own) => own.promise))
  expect(await failureOf(db.$transaction(async () => 1, { maxWait: 50 }))).toEqual(UNAVAILABLE)
  release.resolve()
  await Promise.all(holding)
})

test('a disk that is full', async () => {
  const full = `DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$`
  expect(await failureOf(accounts.db.$executeRawUnsafe(full))).toEqual(UNAVAILABLE)
  const inTransaction = accounts.db.$transaction((tx) => tx.$executeRawUnsafe(full))
  expect(await failureOf(inTransaction)).toEqual(UNAVAILABLE)
  await accounts.other.query(`
    CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON "Tenant" FOR EACH ROW EXECUTE FUNCTION full_disk()`)
  const creating = accounts.db.tenant.create({ data: { id: 'ten_1', name: 'Acme' } })
  expect(await failureOf(creating)).toEqual(UNAVAILABLE)
})

test('a database that takes no writes', async () => {
  const writing = accounts.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET TRANSACTION READ ONLY`
    await tx.tenant.create({ data: { id: 'ten_1', name: 'Acme' } })
  })
  expect(await failureOf(writing)).toEqual(UNAVAILABLE)
})

test('a transaction that Postgres ended, since the process stood still', async () => {
  const standing = accounts.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL idle_in_transaction_session_timeout = '50ms'`
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
    await add(tx, 1)
  })
  expect(await failureOf(standing)).toEqual(UNAVAILABLE)
})

test('a value that is taken', async () => {
  const taken = { ...FINAL, unique: true }
  const data = { id: 'ten_1', name: 'Acme' }
  await accounts.db.tenant.create({ data })
  expect(await failureOf(accounts.db.tenant.create({ data }))).toEqual(taken)
  expect(await failureOf(accounts.db.$executeRaw`INSERT INTO "Account" VALUES (1, 1)`)).toEqual(
    taken,
  )
})

test('everything else is final', async () => {
  const slow = accounts.db.$transaction(
    async (tx) => {
      await delay(100)
      await add(tx, 1)
    },
    { timeout: 30 },
  )
  expect(await failureOf(slow)).toEqual(FINAL)
  expect(await failureOf(accounts.db.$queryRaw`SELECT 1/0`)).toEqual(FINAL)
  expect([new Error('no'), 'no', undefined].map(meaningOf)).toEqual([FINAL, FINAL, FINAL])
})

function meaningOf(error: unknown) {
  return {
    conflict: isConflict(error),
    retryable: isRetryable(error),
    unique: isUniqueViolation(error),
    unavailable: isDatabaseUnavailable(error),
  }
}

async function failureOf(failing: PromiseLike<unknown>) {
  const nothing = {}
  const error = await failing.then(
    () => nothing,
    (reason: unknown) => reason,
  )
  return error === nothing ? 'it did not fail' : meaningOf(error)
}

async function backend(tx: Tx): Promise<number> {
  const [row] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
  return row?.pid ?? 0
}

async function killAsleep(pid: number): Promise<void> {
  const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'`
  while ((await accounts.other.query(kill, [pid])).rowCount === 0) await delay(10)
}
