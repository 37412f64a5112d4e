import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabaseBefore } from '../support/older-database.ts'

test('messages become texts, their events can be replayed, and all mailboxes are compared anew', async () => {
  const database = await createDatabaseBefore('20261122043500')
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(`
    INSERT INTO "Tenant" ("id", "name") VALUES ('ten_1', 'Acme');
    INSERT INTO "Extension" ("id", "tenantId", "extensionId", "rcAccountId", "connectedAt", "scopes", "messageSyncToken", "messagesSyncedAt")
      VALUES ('ext_1', 'ten_1', '101', '400', now(), '{}', 'of texts alone', '2026-01-01T10:00:00Z');
    INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "direction", "status", "from", "to", "text")
      VALUES ('msg_1', 'ten_1', 'ext_1', 'INBOUND', 'RECEIVED', '+1', '{+2}', 'Hello');
    INSERT INTO "EventLog" ("tenantId", "lastSequence") VALUES ('ten_1', 2);
    INSERT INTO "Event" ("tenantId", "sequence", "type", "subjectId", "snapshot") VALUES
      ('ten_1', 1, 'message.received', 'msg_1', '{"id": "msg_1", "text": "Hello"}'),
      ('ten_1', 2, 'extension.changed', 'ext_1', '{"id": "ext_1"}');
  `)
  await migrate(database.url)
  const read = async (sql: string) => (await client.query(sql)).rows
  expect(await read('SELECT * FROM "Message"')).toMatchObject([
    { id: 'msg_1', type: 'SMS', attachments: [], isRead: null, deletedAt: null },
  ])
  expect(await read('SELECT * FROM "Extension"')).toMatchObject([
    { messageSyncToken: null, messagesSyncedAt: new Date('2026-01-01T10:00:00Z') },
  ])
  const events = await read('SELECT "snapshot" FROM "Event" ORDER BY "sequence"')
  expect(events.map(({ snapshot }) => snapshot)).toMatchObject([
    { id: 'msg_1', text: 'Hello', type: 'SMS', attachments: [] },
    { id: 'ext_1' },
  ])
  expect(events[1].snapshot).toEqual({ id: 'ext_1' })
  await client.end()
})
