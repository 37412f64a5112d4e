import pg from 'pg'
import { expect, test } from 'vitest'
import { migrate } from '../../src/db/migrate.ts'
import { createDatabaseBefore } from '../support/older-database.ts'

test('lines of the call log become calls, one for each session, and keep their ids', async () => {
  const database = await createDatabaseBefore('20261122022536')
  const client = new pg.Client(database.url)
  await client.connect()
  await client.query(`
    INSERT INTO "Tenant" ("id", "name") VALUES ('ten_1', 'Acme');
    INSERT INTO "Extension" ("id", "tenantId", "extensionId", "rcAccountId", "connectedAt", "scopes")
      VALUES ('ext_1', 'ten_1', '101', '400', now(), '{}');
    INSERT INTO "Call" ("id", "tenantId", "extensionRowId", "rcExtensionId", "rcAccountId", "rcCallId", "telephonySessionId",
      "direction", "type", "action", "result", "durationSeconds", "startedAt", "fromNumber", "toNumber") VALUES
      ('call_1', 'ten_1', 'ext_1', '101', '400', 'a', 's-1', 'OUTBOUND', 'Voice', 'VoIP Call', 'Call connected', 60, '2026-01-01T10:00:00Z', '+1', '+2'),
      ('call_2', 'ten_1', NULL, '102', '400', 'b', 's-1', 'INBOUND', 'Voice', 'Phone Call', 'Accepted', 60, '2026-01-01T10:00:00Z', '+1', '+2'),
      ('call_3', 'ten_1', 'ext_1', '101', '400', 'c', NULL, 'INBOUND', 'Voice', 'Phone Call', 'Missed', 0, '2026-01-01T11:00:00Z', '+3', '+1');
    INSERT INTO "EventLog" ("tenantId", "lastSequence") VALUES ('ten_1', 1);
    INSERT INTO "Event" ("tenantId", "sequence", "type", "subjectId", "snapshot") VALUES ('ten_1', 1, 'call.changed', 'call_3',
      '{"id": "call_3", "result": "Missed", "direction": "INBOUND", "extensionRowId": "ext_1", "startedAt": "2026-01-01T11:00:00.000Z"}');
  `)
  await migrate(database.url)
  const read = async (sql: string) => (await client.query(sql)).rows
  expect(await read('SELECT * FROM "Call" ORDER BY "id"')).toMatchObject([
    {
      id: 'call_1',
      status: 'ENDED',
      result: 'ANSWERED',
      rcResult: 'Call connected',
      isMissed: false,
      sessionKey: 's-1',
      extensionRowIds: ['ext_1'],
      endedAt: new Date('2026-01-01T10:01:00Z'),
    },
    { id: 'call_3', result: 'MISSED', isMissed: true, sessionKey: 'record:c' },
  ])
  expect(await read('SELECT "callId", "startedAt" FROM "CallPlace" ORDER BY 1')).toEqual([
    { callId: 'call_1', startedAt: new Date('2026-01-01T10:00:00Z') },
    { callId: 'call_3', startedAt: new Date('2026-01-01T11:00:00Z') },
  ])
  const records = await read('SELECT * FROM "CallRecord" ORDER BY "rcCallId"')
  expect(records).toMatchObject([
    {
      rcCallId: 'a',
      sessionKey: 's-1',
      line: { direction: 'Outbound', startedAt: '2026-01-01T10:00:00.000Z', durationMs: 60_000 },
    },
    { rcCallId: 'b', sessionKey: 's-1', line: { extensionId: '102', result: 'Accepted' } },
    { rcCallId: 'c', sessionKey: 'record:c' },
  ])
  const [event] = await read('SELECT "snapshot" FROM "Event"')
  expect(event.snapshot).toMatchObject({ status: 'ENDED', result: 'MISSED', rcResult: 'Missed' })
  await client.end()
})
