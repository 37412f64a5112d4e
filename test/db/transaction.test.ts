import { afterEach, beforeEach, expect, test } from 'vitest'
import { inTransaction } from '../../src/db/transaction.ts'
import { type Accounts, add, createAccounts, together } from './accounts.ts'

let accounts: Accounts

beforeEach(async () => {
  accounts = await createAccounts()
})

afterEach(() => accounts[Symbol.asyncDispose]())

test('a transaction that lost is run again from the start, so both happen', async () => {
  const { db, other } = accounts
  let runs = 0
  const transfer = (first: number, second: number) => (meet: () => Promise<void>) =>
    inTransaction(db, async (tx) => {
      runs += 1
      await add(tx, first)
      await meet()
      await add(tx, second)
    })
  expect(await together(transfer(1, 2), transfer(2, 1))).toEqual([])
  expect(runs).toBe(3)
  const { rows } = await other.query('SELECT "amount" FROM "Account"')
  expect(rows).toEqual([{ amount: 2 }, { amount: 2 }])
})

test('it gives up after its attempts, and at once when it did not lose', async () => {
  let runs = 0
  const fail = (error: Error) => {
    const work = () => {
      runs += 1
      return Promise.reject(error)
    }
    return inTransaction(accounts.db, work, { attempts: 4 })
  }
  const conflict = Object.assign(new Error('lost'), { code: 'P2034' })
  await expect(fail(conflict)).rejects.toBe(conflict)
  expect(runs).toBe(4)
  await expect(fail(new Error('refused'))).rejects.toThrow('refused')
  expect(runs).toBe(5)
})
