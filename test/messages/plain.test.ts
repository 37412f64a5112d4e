import { expect, test } from 'vitest'
import { hours, minutes } from '../../src/lib/clock.ts'
import { ava, startGateway } from '../support/gateway.ts'

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
