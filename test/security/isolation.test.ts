import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDatabase, type Db } from '../../src/db/client.ts'
import { Prisma } from '../../src/db/generated/client/client.ts'
import { asTenant } from '../../src/lib/request-scope.ts'
import { openStream } from '../events/sse.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { fillEveryTable, type OwnedTable, ownersIn } from '../support/every-table.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { stranger } from '../support/texts.ts'

/** Of all tenants together: how often something was asked for, by a key. */
const shared = ['Budget']
/** The gateway's own: what is done on a tenant's behalf has no right to it at all. */
const outOfReach = ['DataKey', 'MediaChunk', 'Pulse']
/** Refused by a trigger, whoever asks. */
const neverChanged = ['AuditEntry']

const [mine, theirs] = ['ten_mine', 'ten_theirs']

describe('I2: without any filter, what is done on behalf of a tenant', () => {
  let database: TestDatabase
  let db: Db
  let owned: OwnedTable[]
  let others: string[]

  beforeAll(async () => {
    database = await createTestDatabase()
    db = createDatabase({ url: database.url, applicationName: 'ringql-test', poolSize: 3 })
    ;({ owned, others } = await fillEveryTable(database.url, [mine, theirs]))
  })
  afterAll(async () => {
    await db.$disconnect()
    await database.drop()
  })

  it('reads that tenant’s rows and no others, by Prisma and by SQL, from every table', async () => {
    expect(others.sort()).toEqual([...shared, ...outOfReach].sort())
    for (const table of owned) {
      const owners = await asTenant(mine, () => ownersIn(db, table))
      expect([table.name, owners]).toEqual([table.name, [mine]])
      expect([table.name, await ownersIn(db, table)]).toEqual([table.name, [mine, theirs]])
    }
    for (const model of Object.values(Prisma.ModelName)) {
      const delegate = db[`${model[0]?.toLowerCase()}${model.slice(1)}` as 'message']
      const found = asTenant(mine, () => delegate.findMany())
      if (outOfReach.includes(model)) await expect(found, model).rejects.toThrow(/denied/)
      else expect(JSON.stringify(await found, plain), model).not.toContain(theirs)
    }
  })

  it('changes and deletes that tenant’s rows and no others, and hands none over', async () => {
    for (const { name, column, owner } of owned) {
      if (neverChanged.includes(name)) continue
      const done = asTenant(mine, () =>
        db.$transaction(async (tx) => {
          await tx.$executeRawUnsafe(`UPDATE "${name}" SET "${column}" = "${column}"`)
          await tx.$executeRawUnsafe(`DELETE FROM "${name}"`)
          // As the gateway sees it, before it is undone.
          await tx.$executeRawUnsafe('SET LOCAL ROLE NONE')
          throw new Undone(await tx.$queryRawUnsafe(`SELECT ${owner} AS owner FROM "${name}"`))
        }),
      )
      const { left } = await done.catch((error) => error)
      expect([name, left]).toEqual([name, [{ owner: theirs }]])
      if (column !== 'tenantId') continue
      const sql = `UPDATE "${name}" SET "tenantId" = '${theirs}'`
      await expect(
        asTenant(mine, () => db.$executeRawUnsafe(sql)),
        name,
      ).rejects.toThrow(/row-level security/)
    }
  })

  it('is one tenant’s, though Prisma sends what two ask at the same moment together', async () => {
    const of = (tenantId: string) => `id of ${tenantId}`
    const find = (asking: string, asked: string) =>
      asTenant(asking, async () => {
        const where = { id: of(asked) }
        const [message, call] = await Promise.all([
          db.message.findUnique({ where }),
          db.call.findUnique({ where, select: { id: true } }),
        ])
        return [message?.id, call?.id]
      })
    const found = await Promise.all([
      ...[find(mine, mine), find(theirs, theirs), find(mine, theirs), find(theirs, mine)],
      db.message.findUnique({ where: { id: of(theirs) } }),
    ])
    const both = (tenantId: string) => [of(tenantId), of(tenantId)]
    const none = [undefined, undefined]
    expect(found.slice(0, 4)).toEqual([both(mine), both(theirs), none, none])
    expect(found[4]).toMatchObject({ id: of(theirs) })
  })

  it('stays so on connections that go from one to the other, and on those where something failed', async () => {
    const count = () => db.message.count()
    const failing = () =>
      db.$transaction(async (tx) => {
        await tx.$executeRawUnsafe('SELECT 1 / 0')
      })
    const turns = Array.from({ length: 60 }, async (_, n) => {
      if (n % 5 === 4) {
        await expect(asTenant([mine, theirs][n % 2] ?? '', failing)).rejects.toThrow(/zero/)
        return 1
      }
      return n % 3 === 2 ? (await count()) - 1 : asTenant([mine, theirs][n % 3] ?? '', count)
    })
    expect(new Set(await Promise.all(turns))).toEqual(new Set([1]))
    // Nobody is not everybody.
    expect(await asTenant('', count)).toBe(0)
  })
})

class Undone extends Error {
  readonly left: unknown
  constructor(left: unknown) {
    super('Undone')
    this.left = left
  }
}

const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

it('I2: a row of one tenant cannot name a row of another', async () => {
  const database = await createTestDatabase()
  const db = createDatabase({ url: database.url, applicationName: 'ringql-test', poolSize: 1 })
  onTestFinished(async () => {
    await db.$disconnect()
    await database.drop()
  })
  // What belongs to tenants, and names something that belongs to tenants, names the tenant as well.
  const keys = await db.$queryRaw<{ key: string; names: string[] }[]>`
    WITH owned AS (
      SELECT attrelid FROM pg_attribute WHERE attname = 'tenantId' AND NOT attisdropped
    )
    SELECT conname AS key, (
        SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
        WHERE attrelid = conrelid AND attnum = ANY (conkey)
      ) AS names
    FROM pg_constraint
    WHERE contype = 'f' AND conrelid IN (SELECT * FROM owned) AND confrelid IN (SELECT * FROM owned)`
  const withTenant = keys.filter(({ names }) => names.includes('tenantId'))
  const alone = keys.filter(({ names }) => !names.includes('tenantId'))
  expect(alone.length).toBeGreaterThan(20)
  // Some have no other: see Notification.
  expect(withTenant.map(({ key }) => key)).toEqual(
    expect.arrayContaining(alone.map(({ key }) => key.replace(/_fkey$/, '_tenant_fkey'))),
  )

  for (const id of [mine, theirs]) await db.tenant.create({ data: { id, name: id } })
  const extension = { extensionId: '1', rcAccountId: '1', connectedAt: new Date() }
  await db.extension.create({ data: { id: 'ext_theirs', tenantId: theirs, ...extension } })
  const number = { id: 'num_1', phoneNumber: '+12025550101', rcNumberId: '1' }
  const naming = (tenantId: string) =>
    db.phoneNumber.create({ data: { ...number, tenantId, extensionRowId: 'ext_theirs' } })
  await expect(naming(mine)).rejects.toThrow(/[Ff]oreign key/)
  await naming(theirs)
})

it('I3: each event of a stream is read anew, and every way in goes through the wall', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const extension = await acme.connect(ava)
  /** What tenants see of extensions; the gateway itself sees them all the while. */
  const letSee = (what: string) =>
    gateway.db.$executeRawUnsafe(`ALTER POLICY tenant ON "Extension" USING (${what})`)
  const shut = () => letSee('false')
  const open = () => letSee(`"tenantId" = current_setting('app.tenant', true)`)

  const document = '{ extensions { nodes { id } } }'
  const stream = 'subscription { messageReceived { message { text extension { id name } } } }'
  const overSocket = async () => {
    const answers = await acme.subscribe(document)
    return (await answers.waitFor(() => true)).extensions.nodes
  }
  expect(await overSocket()).toEqual([{ id: extension.id }])
  const events = await acme.subscribe(stream)
  const sse = await openStream(gateway.url, acme.secret, { query: stream })
  onTestFinished(() => sse.abort())
  const hear = async (text: string) => {
    gateway.simulator.inbound({ from: stranger, to: ava.number, text })
    await acme.waitFor(
      `{ messages(filter: { text: "${text}" }) { nodes { id } } }`,
      ({ messages }) => messages.nodes[0],
    )
  }
  await hear('Seen')
  await events.waitFor(({ messageReceived }) => messageReceived.message.extension.id)
  await expect.poll(() => JSON.stringify(sse.events)).toContain(extension.id)

  await shut()
  expect(await acme.query(document)).toEqual({ extensions: { nodes: [] } })
  expect(await overSocket()).toEqual([])
  const rest = await fetch(`${gateway.url}/v1/rc/extensions`, {
    headers: { authorization: `Bearer ${acme.secret}` },
  })
  expect(await rest.json()).toEqual({ extensions: [] })
  await hear('Not seen')
  await expect
    .poll(() => events.failure)
    .toMatchObject([{ path: expect.arrayContaining(['extension']) }])
  await expect.poll(() => sse.events.at(-1)?.data?.errors).toBeTruthy()
  expect(events.received).toHaveLength(1)

  // Nothing of an event is kept for the next one.
  await open()
  await gateway.db.extension.update({ where: { id: extension.id }, data: { name: 'Renamed' } })
  await hear('Seen again')
  await events.waitFor(
    ({ messageReceived }) => messageReceived.message.extension.name === 'Renamed',
  )
  await expect.poll(() => JSON.stringify(sse.events)).toContain('Renamed')
})
