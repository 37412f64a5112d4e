import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { callChanges, callLogs, waitForLog } from '../support/calls.ts'
import { createClient } from '../support/client.ts'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { stranger } from '../support/texts.ts'

const names = `{ callLogs(first: 100) { nodes {
  telephonySessionId from { name } to { name } parties { name } legs { from { name } to { name } }
} } }`

async function addContact(tenant: TestTenant, input: object) {
  const document =
    'mutation ($input: CreateContactInput!) { result: createContact(input: $input) { ... on Contact { name } ... on Error { code } } }'
  const { result } = await tenant.query(document, {
    input: { extensionId: ava.extensionId, ...input },
  })
  expect(result).toHaveProperty('name')
}

async function connected(calls: Parameters<Gateway['simulator']['addCall']>[0][]) {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const startedAt = Date.now() - 60_000
  const sessions = calls.map(
    (call) => gateway.simulator.addCall({ startedAt, ...call })[0]?.telephonySessionId,
  )
  await acme.connect(ava)
  await acme.query('{ directory { asOf } }')
  await addContact(acme, { firstName: 'Mia', mobilePhone: stranger })
  await waitForLog(acme, calls.length)
  const named = async (tenant: Pick<TestTenant, 'query'> = acme) => {
    const { nodes } = (await tenant.query(names)).callLogs
    return sessions.map((id) => nodes.find((call: any) => call.telephonySessionId === id))
  }
  return { gateway, acme, named }
}

test('who stands in a call is named by contacts, then by the directory, then by RingCentral', async () => {
  const { gateway, acme, named } = await connected([
    { from: stranger, to: ava.number },
    { from: stranger, to: ben.number },
    { from: cleo.number, to: ben.number },
  ])
  const [avas, bens, between] = await named()
  expect(avas).toMatchObject({
    from: { name: 'Mia' },
    to: { name: 'Ava Hart' },
    parties: [{ name: 'Ava Hart' }],
    legs: [{ from: { name: 'Mia' }, to: { name: 'Ava Hart' } }],
  })
  // Ben is not connected: his call is in the company's log, and Mia is Ava's contact alone.
  expect(bens).toMatchObject({ from: { name: null }, to: { name: 'Ben Ortiz' } })
  expect(between).toMatchObject({ from: { name: 'Cleo Park' }, to: { name: 'Ben Ortiz' } })

  // The directory has a new name, the log has the old one.
  const bensEntry = { where: { extensionId: ben.extensionId } }
  await gateway.db.directoryEntry.updateMany({ ...bensEntry, data: { name: 'Ben Ortiz-Hart' } })
  expect((await named())[1].to).toEqual({ name: 'Ben Ortiz-Hart' })
  // A number that two share names neither of them; RingCentral's id does.
  const shared = { phoneNumbers: [ben.number] }
  await gateway.db.directoryEntry.updateMany({ data: shared })
  expect((await named())[1].to).toEqual({ name: 'Ben Ortiz-Hart' })
  // Who has left the directory has the name of RingCentral's record.
  await gateway.db.directoryEntry.deleteMany(bensEntry)
  await gateway.db.directoryEntry.updateMany({ data: { phoneNumbers: [] } })
  expect((await named())[1].to).toEqual({ name: 'Ben Ortiz' })

  // So has everybody, for a key that may not read people.
  await gateway.db.directoryEntry.updateMany({ data: { name: 'Somebody' } })
  const document =
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { ... on IssuedApiKey { secret } } }'
  const input = { tenantId: acme.id, name: 'calls only', scopes: ['calls:read'] }
  const { createApiKey } = await gateway.operator.query(document, { input })
  const callsOnly = createClient(gateway.url, createApiKey.secret)
  expect((await named(callsOnly))[0]).toMatchObject({
    from: { name: null },
    to: { name: 'Ava Hart' },
  })
  expect((await named())[0]).toMatchObject({ from: { name: 'Mia' }, to: { name: 'Somebody' } })
})

test('a call that is heard live has its names at once', async () => {
  const { gateway, acme } = await connected([])
  const seen = await acme.subscribe(callChanges)
  gateway.simulator.addCall({ from: stranger, to: ava.number })
  await seen.waitFor(({ callChanged: { call } }) => call.status === 'ENDED')
  for (const { callChanged } of seen.received) {
    expect(callChanged.call).toMatchObject({ from: { name: 'Mia' }, to: { name: 'Ava Hart' } })
  }
})

test('a page of fifty calls with all their names asks the database as often as one of two', async () => {
  const { gateway, acme } = await connected(
    Array.from({ length: 60 }, (_, n) => ({
      from: n % 2 ? `+1415555${1000 + n}` : cleo.number,
      to: n % 3 ? ava.number : ben.number,
      startedAt: Date.now() - 1_000_000 + n * 1_000,
    })),
  )
  const jobs = await createJobRunner(gateway)
  await jobs.idle()
  const asked: string[] = []
  const query = vi.spyOn(pg.Client.prototype, 'query')
  onTestFinished(() => query.mockRestore())
  query.mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    const [statement] = args as [{ text?: string } | string]
    const text = typeof statement === 'string' ? statement : (statement.text ?? '')
    asked.push(...(text.match(asksTable) ?? []).slice(1))
    return (original as any).apply(this, args)
  } as never)
  const tables = async (first: number) => {
    asked.length = 0
    const { callLogs: page } = await acme.query(callLogs, { first })
    expect(page.nodes).toHaveLength(first)
    return [...asked].sort()
  }
  const few = await tables(2)
  // Of colleagues first who they are, by an index, and then what they are called.
  expect(few.filter((table) => table === 'Contact' || table === 'DirectoryEntry')).toEqual([
    'Contact',
    'DirectoryEntry',
    'DirectoryEntry',
  ])
  expect(await tables(50)).toEqual(few)
})

/** Prisma's own questions, and ours. */
const asksTable = /(?:FROM "public"\.|JOIN )"(Call|Extension|Contact|DirectoryEntry)"/

const original = pg.Client.prototype.query
