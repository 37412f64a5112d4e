import pg from 'pg'
import { expect, test } from 'vitest'
import type { Tx } from '../../src/db/client.ts'
import { createJobQueue } from '../../src/jobs/queue.ts'
import { hours, minutes } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { sendSmsJob } from '../../src/messages/jobs.ts'
import { wakeLane } from '../../src/messages/send-lane.ts'
import { jobs } from '../../src/workers.ts'
import { holdLane } from '../support/consents.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'

const send = `mutation ($input: SendSmsInput!) {
  result: sendSms(input: $input) { ... on Message { id } ... on Error { code message } }
}`

test('a text that nothing is special about leaves the same traces as one that is looked at step by step', async () => {
  const { db, createTenant } = await startGateway()
  const tenant = await createTenant()
  await tenant.connect()

  /** What is written of a text by the time it is DELIVERED. */
  async function tracesOf(to: string, more: object) {
    const input = { from: ava.number, to: [to], text: 'Hello', ...more }
    const before = await db.event.aggregate({ _max: { sequence: true } })
    const { result } = await tenant.query(send, { input })
    await expect
      .poll(() => db.message.findUnique({ where: { id: result.id } }))
      .toMatchObject({ status: 'DELIVERED' })
    const { conversationId } = await db.message.findUniqueOrThrow({ where: { id: result.id } })
    const conversation = await db.conversation.findUniqueOrThrow({
      where: { id: conversationId ?? '' },
    })
    const events = await db.event.findMany({
      where: {
        subjectId: { in: [result.id, conversation.id] },
        sequence: { gt: before._max.sequence ?? 0n },
      },
      orderBy: { sequence: 'asc' },
    })
    const steps = await db.messageStep.findMany({
      where: { messageId: result.id },
      orderBy: { id: 'asc' },
    })
    const attempts = await db.messageAttempt.findMany({ where: { messageId: result.id } })
    return {
      isLast: conversation.lastMessageId === result.id,
      events: events.map(({ type, snapshot }) => ({ type, snapshot: shapeOf(snapshot) })),
      steps: steps.map(({ status, errorCode, note }) => ({ status, errorCode, note })),
      attempts: attempts.map(({ number, outcome }) => ({ number, outcome })),
    }
  }

  const plain = await tracesOf('+14155550188', {})
  const plainAgain = await tracesOf('+14155550188', {})
  // Neither changes anything but the way: quiet hours of a minute, hours away, and a week's time to be sent in.
  const at = (ms: number) => new Date(Date.now() + hours(6) + ms).toISOString().slice(11, 16)
  const quietHours = { start: at(0), end: at(minutes(1)), timeZone: 'UTC' }
  await tenant.query(
    'mutation ($input: UpdateSettingsInput!) { updateSettings(input: $input) { __typename } }',
    { input: { quietHours } },
  )
  const looked = await tracesOf('+14155550189', { validFor: 604_800 })
  const lookedAgain = await tracesOf('+14155550189', { validFor: 604_800 })

  const but = ({ expiresAt: _, validFor: _too, ...shape }: Record<string, string>) => shape
  const alike = ({ events, ...rest }: typeof plain) => ({
    ...rest,
    events: events.map(({ type, snapshot }) => ({ type, snapshot: but(snapshot) })),
  })
  expect(alike(plain)).toEqual(alike(looked))
  expect(alike(plainAgain)).toEqual(alike(lookedAgain))
  for (const { isLast } of [plain, plainAgain]) expect(isLast).toBe(true)
  expect(plain.events.slice(0, 3)).toMatchObject([
    { type: 'message.status', snapshot: { status: 'QUEUED', createdAt: 'time' } },
    { type: 'conversation.changed', snapshot: { lastMessageAt: 'time' } },
    { type: 'message.status', snapshot: { status: 'SENDING', createdAt: 'time' } },
  ])
})

test('texts that come together are accepted together, and wake their lane as anybody else does', async () => {
  const gateway = await startGateway()
  const { db, databaseUrl } = gateway
  const tenant = await gateway.createTenant()
  await tenant.connect(ava)
  // Nothing is sent by either.
  const { id: extensionRowId } = await tenant.connect(ben)
  await holdLane({ db }, ava.extensionId)

  // The first of them stands still before its tenant's counter.
  const counter = await holdRows(gateway, 'SELECT FROM "EventLog" FOR UPDATE')
  const asked = Array.from({ length: 20 }, (_, n) =>
    tenant.query(send, { input: { from: ava.number, to: [`+1415555${1000 + n}`], text: 'Hi' } }),
  )
  await expect.poll(() => counter.waiting()).toBeGreaterThan(0)
  await counter.letGo()
  const answers = await Promise.all(asked)
  const ids = answers.map(({ result }) => result.id)
  const [accepted] = await db.$queryRaw<{ transactions: number }[]>`
    SELECT count(DISTINCT xmin::text)::int AS transactions FROM "Event"
    WHERE "subjectId" = ANY(${ids}) AND "snapshot"->>'status' = 'QUEUED'`
  expect(accepted?.transactions).toBeLessThan(20)

  // Whoever sends them is remembered, and what has changed about them counts from the next text on.
  const next = async () => {
    const input = { from: ava.number, to: ['+14155551000'], text: 'Hi' }
    const { result } = await tenant.query(send, { input })
    return result.code ?? (await db.message.findUniqueOrThrow({ where: { id: result.id } })).status
  }
  const registered = (campaignStatus: string) =>
    db.phoneNumber.updateMany({
      where: { phoneNumber: ava.number },
      data: { campaignStatus, registrationReadAt: new Date() },
    })
  const { extensionId } = ava
  const connected = (status: 'ACTIVE' | 'REVOKED') =>
    db.extension.updateMany({ where: { extensionId }, data: { status } })
  expect(await next()).toBe('QUEUED')
  await registered('CampaignSuspended')
  expect(await next()).toBe('SENDER_NOT_REGISTERED')
  await registered('Confirmed')
  await connected('REVOKED')
  expect(await next()).toBe('EXTENSION_REVOKED')
  await connected('ACTIVE')
  expect(await next()).toBe('QUEUED')
  const quietHours = { start: '00:00', end: '23:59', timeZone: 'UTC' }
  await db.tenant.updateMany({ data: { quietHours } })
  expect(await next()).toBe('SCHEDULED')

  await using queue = await startQueue(databaseUrl)
  /** What the first turn of a lane leaves in the queue, and says aloud. */
  async function jobOf(wake: (tx: Tx) => Promise<unknown>) {
    return db.$transaction(async (tx) => {
      await tx.sendLane.updateMany({
        where: { extensionRowId },
        data: { wokenAt: null, pausedUntil: null },
      })
      await wake(tx)
      const [row] = await tx.$queryRaw<{ job: Record<string, unknown> }[]>`
        SELECT to_jsonb(job) - 'id' || jsonb_build_object('created_on', created_on = now(),
          'start_after', start_after = now(), 'keep_until', keep_until - now()) AS job
        FROM pgboss.job WHERE name = 'send-sms' AND xmin = pg_current_xact_id()::xid`
      return row?.job
    })
  }
  const byFunction = await jobOf((tx) => tx.$executeRaw`SELECT "wakeLane"(${extensionRowId})`)
  const byQueue = await jobOf((tx) => wakeLane(tx, queue, extensionRowId))
  expect(byFunction).toMatchObject({ name: 'send-sms', data: { extensionRowId }, state: 'created' })
  expect(byFunction).toEqual(byQueue)
  await expect.poll(() => queue.heard()).toEqual(['send-sms', 'send-sms'])
})

/** Another process that hands in jobs, and hears whom the queue wakes. */
async function startQueue(databaseUrl: string) {
  const logger = createLogger('silent')
  const queue = await createJobQueue({ databaseUrl, jobs, works: false, logger })
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const heard: string[] = []
  client.on('notification', ({ payload = '' }) => heard.push(payload))
  const { rows } = await client.query(
    `SELECT 'pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24) AS channel`,
  )
  await client.query(`LISTEN ${rows[0].channel}`)
  return {
    ...queue,
    heard: () => heard.filter((name) => name === sendSmsJob.name),
    async [Symbol.asyncDispose]() {
      await client.end()
      await queue.close()
    },
  }
}

const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** Of each column what it is; a status as it stands. */
function shapeOf(snapshot: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(snapshot as object).map(([column, value]) => {
      if (column === 'status') return [column, value]
      if (typeof value === 'string') return [column, time.test(value) ? 'time' : 'text']
      return [column, JSON.stringify(value).replace(/\d{4,}/g, 'number')]
    }),
  )
}
