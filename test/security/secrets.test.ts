import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createDatabase } from '../../src/db/client.ts'
import { encrypt } from '../../src/lib/aes-gcm.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createSealer, headerOf, keyringOf, versions } from '../../src/lib/sealer.ts'
import { sealedColumns } from '../../src/sealed-columns.ts'
import { openDataKeys } from '../../src/secrets/data-keys.ts'
import { resealColumn } from '../../src/secrets/reseal.ts'
import { rotateKeys } from '../../src/secrets/rotate.ts'
import { columnName } from '../../src/secrets/sealed-column.ts'
import { createClient } from '../support/client.ts'
import { createTestDatabase } from '../support/database.ts'
import { dumpDatabase } from '../support/dump.ts'
import { ava, type Gateway, startGateway } from '../support/gateway.ts'
import { createDataDir, startProcess } from '../support/process.ts'
import { inEnvironment, startRotation } from '../support/rotate-keys.ts'
import { storedSealer, testKey } from '../support/stored-sealer.ts'
import { send, smsRequests, stranger } from '../support/texts.ts'

const nextKey = { id: 'k2', key: Buffer.alloc(32, 2) }
const wrongKey = { ...nextKey, key: Buffer.alloc(32, 3) }

/** So many passages through RingCentral that were begun, each with a verifier. */
async function begin({ db, databaseUrl }: Gateway, tenantId: string, howMany: number) {
  const sealer = await storedSealer(databaseUrl)
  const at = new Date()
  const link = {
    id: 'ctk_of_many',
    tenantId,
    kind: 'CONNECT',
    createdAt: at,
    expiresAt: at,
  } as const
  await db.connectToken.create({ data: { ...link, tokenHash: Buffer.from('of many') } })
  const ids = Array.from({ length: howMany }, (_, n) => `cat_${n}`)
  const place = (rowId: string) => ({
    ...{ tenantId, rowId },
    ...{ table: 'ConnectAttempt', column: 'codeVerifier' },
  })
  await db.connectAttempt.createMany({
    data: ids.map((id) => ({
      ...{ id, tenantId, connectTokenId: link.id, createdAt: at, expiresAt: at },
      stateHash: Buffer.from(`state of ${id}`),
      browserHash: Buffer.from('browser'),
      codeVerifierSealed: sealer.seal(`verifier of ${id}`, place(id)),
    })),
  })
}

/** Puts the tokens of an extension back to where versions before data keys had them. */
async function sealAsBefore({ db, databaseUrl }: Gateway, tenantId: string, rowId: string) {
  const sealer = await storedSealer(databaseUrl)
  const grant = await db.grant.findUniqueOrThrow({ where: { extensionRowId: rowId } })
  const header = headerOf(testKey.id, versions.encryptionKey)
  const former = async (column: 'accessToken' | 'refreshToken') => {
    const place = { tenantId, table: 'Grant', column, rowId }
    const secret = Buffer.from(await sealer.open(grant[`${column}Sealed`], place))
    const bound = Buffer.concat([header, Buffer.from(`${tenantId}|Grant|${column}|${rowId}`)])
    return new Uint8Array(Buffer.concat([header, encrypt(testKey.key, secret, bound)]))
  }
  const data = {
    accessTokenSealed: await former('accessToken'),
    refreshTokenSealed: await former('refreshToken'),
  }
  await db.grant.update({ where: { extensionRowId: rowId }, data })
}

describe('keys that seal', () => {
  it('F4: are changed while texts are sent, and who has the new one needs the old one no more', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    const { id } = await acme.connect(ava)
    await sealAsBefore(gateway, acme.id, id)
    await begin(gateway, acme.id, 500)
    const refused = gateway.startInstance({ encryptionKeys: [nextKey] })
    await expect(refused).rejects.toThrow(/key "test" is missing, and 50\d sealed values/)

    const both = await gateway.startInstance({ encryptionKeys: [nextKey, testKey] })
    const client = createClient(both.url, acme.secret)
    await gateway.first.close()
    let rotated = false
    const sent: string[] = []
    const sending = (async () => {
      while (!rotated) {
        const from = ava.number
        // More texts than RingCentral allows one number in a minute.
        if (sent.length % 20 === 19) await gateway.db.budget.deleteMany()
        const { id } = await send(client, { from, to: [stranger], text: `number ${sent.length}` })
        sent.push(id)
        await expect.poll(() => smsRequests(gateway.simulator).length).toBe(sent.length)
      }
    })()

    const cutOff = await startRotation(gateway.databaseUrl, [nextKey, testKey])
    await expect.poll(() => cutOff.output).toContain('200 of 50')
    cutOff.kill('SIGKILL')
    await cutOff.exited
    const rotation = await startRotation(gateway.databaseUrl, [nextKey, testKey])
    expect(await rotation.exited, rotation.output).toBe(0)
    rotated = true
    await sending
    expect(rotation.output).toContain('Going on with a rotation that was begun before.')
    expect(rotation.output).toContain('k2 alone opens all.')
    await both.close()

    const only = await gateway.startInstance({ encryptionKeys: [nextKey] })
    const last = await send(createClient(only.url, acme.secret), {
      ...{ from: ava.number, to: [stranger], text: 'with the new key alone' },
    })
    sent.push(last.id)
    await expect.poll(() => smsRequests(gateway.simulator).length).toBe(sent.length)
    expect(sent.length).toBeGreaterThan(5)
    const failed = { status: { in: ['SENDING_FAILED', 'UNCONFIRMED'] as const } }
    expect(await gateway.db.message.count({ where: failed as object })).toBe(0)
    await only.close()

    // The old key alone, or another one under the new one's name: not a byte is written.
    const before = await dumpDatabase(gateway)
    for (const [key, is] of [
      [testKey, 'missing'],
      [wrongKey, 'not the one'],
    ] as const) {
      const encryptionKeys = [key]
      const refused = gateway.startInstance({ encryptionKeys })
      await expect(refused).rejects.toThrow(new RegExp(`"k2" is ${is}.* 50\\d sealed values`))
    }
    expect(await dumpDatabase(gateway)).toBe(before)
  })

  it('F5: a start with the wrong one ends with one sentence, before anything is written', async () => {
    const database = await createTestDatabase()
    const db = createDatabase({ url: database.url, applicationName: 'ringql-test', poolSize: 1 })
    const keyOf = (encryptionKey: typeof nextKey) =>
      openDataKeys({ db, encryptionKeys: [encryptionKey], logger: createLogger('silent') })
    // Many processes that start at once on an empty database make one data key.
    const opened = await Promise.all(Array.from({ length: 4 }, () => keyOf(nextKey)))
    expect(new Set(opened.map((keys) => keys.active().id)).size).toBe(1)
    // And who meets a key that another process has made, finds it at once.
    await rotateKeys({
      databaseUrl: database.url,
      ...{ encryptionKeys: [nextKey], columns: sealedColumns, report: () => undefined },
    })
    const { id } = await db.dataKey.findFirstOrThrow({ where: { active: true } })
    expect(await opened[0]?.find(id)).toMatchObject({ id })
    expect(opened[0]?.active().id).toBe(id)
    for (const keys of opened) await keys.close()

    await db.$executeRaw`DELETE FROM "_prisma_migrations" WHERE migration_name LIKE '%_init'`
    const before = await dumpDatabase({ db })
    const started = startProcess({
      DATA_DIR: await createDataDir(),
      DATABASE_URL: database.url,
      OPERATOR_KEY: 'operator-key-for-tests',
      ENCRYPTION_KEYS: inEnvironment([wrongKey]),
      PORT: '0',
      SIMULATOR_PORT: '0',
    })
    expect(await started.exited).toBe(1)
    expect(started.output.trim()).toMatch(
      /^RingQL could not start: The encryption key "k2" is not the one that sealed .* nothing was changed\.$/,
    )
    expect(await dumpDatabase({ db })).toBe(before)
    await db.$disconnect()
    await database.drop()
  })

  it('F5: a start ends when the database has lost a data key that values need, and makes up no other', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    await gateway.first.close()
    const { id } = await gateway.db.dataKey.findFirstOrThrow()
    await gateway.db.dataKey.deleteMany()
    const sentence = new RegExp(`data key "${id}" is not in the table DataKey.* \\d sealed values`)
    await expect(gateway.startInstance()).rejects.toThrow(sentence)
    expect(await gateway.db.dataKey.count()).toBe(0)
  })

  it('every sealed column is sealed anew, and what is refreshed meanwhile stays as it is', async () => {
    const database = await createTestDatabase()
    const options = { url: database.url, applicationName: 'ringql-test', poolSize: 2 }
    const db = createDatabase(options)
    const columns = await db.$queryRaw<{ name: string }[]>`
      SELECT table_name || '.' || column_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name LIKE '%Sealed'`
    expect(sealedColumns.map(columnName).sort()).toEqual(columns.map(({ name }) => name).sort())

    const [former, next] = [keyringOf(testKey), keyringOf(nextKey, [testKey])]
    const place = { tenantId: 'ten_1', table: 'Grant', column: 'accessToken', rowId: 'ext_1' }
    const [read, refreshed] = ['read', 'refreshed'].map((secret) =>
      createSealer(former).seal(secret, place),
    ) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]
    const row = { id: 'rel_1', tenantId: 'ten_1', extensionRowId: 'ext_1', rcSubscriptionIds: [] }
    await db.grantRelease.create({
      data: { ...row, accessTokenSealed: read, refreshTokenSealed: read },
    })
    const sealer = createSealer(next)
    const client = new pg.Client(database.url)
    await client.connect()
    const tally = { total: 1, resealed: 0, broken: [], left: 1, stopped: false }
    const column = sealedColumns.find((one) => columnName(one) === 'GrantRelease.accessTokenSealed')
    if (!column) throw new Error('There is no such column')
    await resealColumn(client, {
      ...{ column, header: headerOf(nextKey.id), tally, report: () => undefined },
      signal: undefined,
      sealer: {
        ...sealer,
        async open(sealed, context) {
          await db.grantRelease.updateMany({ data: { accessTokenSealed: refreshed } })
          return sealer.open(sealed, context)
        },
      },
    })
    await client.end()
    const { accessTokenSealed } = await db.grantRelease.findFirstOrThrow()
    expect(await sealer.open(accessTokenSealed, place)).toBe('refreshed')
    await db.$disconnect()
    await database.drop()
  })
})
