import { createHash } from 'node:crypto'
import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabaseBefore } from '../support/older-database.ts'

test('what is there already gets the conversations that its next messages would get', async () => {
  const database = await createDatabaseBefore('20261122074505')
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(`
    INSERT INTO "Tenant" ("id", "name") VALUES ('ten_1', 'Acme');
    INSERT INTO "Extension" ("id", "tenantId", "extensionId", "extensionNumber", "rcAccountId", "connectedAt", "scopes")
      VALUES ('ext_1', 'ten_1', '9001', '101', '400', now(), '{}');
    INSERT INTO "PhoneNumber" ("id", "tenantId", "extensionRowId", "phoneNumber", "rcNumberId", "features")
      VALUES ('num_1', 'ten_1', 'ext_1', '+11', '1', '{}');
    INSERT INTO "Message" ("id", "tenantId", "extensionRowId", "type", "direction", "status", "from", "to", "text", "isRead", "createdAt") VALUES
      ('msg_1', 'ten_1', 'ext_1', 'SMS', 'INBOUND', 'RECEIVED', '+22', '{+11}', 'In', false, '2026-01-01'),
      ('msg_2', 'ten_1', 'ext_1', 'SMS', 'OUTBOUND', 'SENT', '+11', '{+22}', 'Out', NULL, '2026-01-02'),
      ('msg_3', 'ten_1', 'ext_1', 'SMS', 'OUTBOUND', 'SENT', '+11', '{+33,+22}', 'Group', NULL, '2026-01-03'),
      ('msg_4', 'ten_1', 'ext_1', 'SMS', 'INBOUND', 'RECEIVED', '+33', '{+22,+11}', 'Group, in', true, '2026-01-04'),
      ('msg_5', 'ten_1', 'ext_1', 'INTERNAL', 'INBOUND', 'RECEIVED', '102', '{101,103}', 'Hi', NULL, '2026-01-05'),
      ('msg_6', 'ten_1', 'ext_1', 'VOICEMAIL', 'INBOUND', 'RECEIVED', '+22', '{+11}', '', false, '2026-01-06');
    INSERT INTO "EventLog" ("tenantId", "lastSequence") VALUES ('ten_1', 1);
    INSERT INTO "Event" ("tenantId", "sequence", "type", "subjectId", "snapshot") VALUES
      ('ten_1', 1, 'message.received', 'msg_1', '{"id": "msg_1", "isRead": false}');
  `)
  await migrate(database.url)
  const read = async (sql: string) => (await client.query(sql)).rows
  const keyOf = (words: string) => createHash('sha256').update(words).digest('hex')
  expect(await read('SELECT * FROM "Conversation" ORDER BY "lastMessageAt"')).toMatchObject([
    {
      id: 'cnv_1',
      type: 'SMS',
      number: '+11',
      participants: ['+22'],
      key: keyOf('SMS +11 +22'),
      lastMessageId: 'msg_2',
      unreadCount: 1,
    },
    {
      id: 'cnv_3',
      participants: ['+22', '+33'],
      key: keyOf('SMS +11 +22 +33'),
      lastMessageId: 'msg_4',
      unreadCount: 0,
    },
    {
      id: 'cnv_5',
      type: 'INTERNAL',
      number: '101',
      participants: ['102', '103'],
      key: keyOf('INTERNAL ext_1 102 103'),
      lastMessageId: 'msg_5',
    },
  ])
  const belongs = await read('SELECT "conversationId", "rcIsRead" FROM "Message" ORDER BY "id"')
  expect(belongs.map(({ conversationId }) => conversationId)).toEqual([
    'cnv_1',
    'cnv_1',
    'cnv_3',
    'cnv_3',
    'cnv_5',
    null,
  ])
  expect(belongs[0].rcIsRead).toBe(false)
  expect(await read('SELECT "snapshot" FROM "Event"')).toMatchObject([
    { snapshot: { conversationId: 'cnv_1', sentElsewhere: false, rcIsRead: false } },
  ])
  await client.end()
})
