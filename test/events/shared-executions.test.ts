import fc from 'fast-check'
import { execute, parse } from 'graphql'
import { expect, it, onTestFinished } from 'vitest'
import type { Message } from '../../src/db/generated/client/client.ts'
import { encodeCursor } from '../../src/events/cursor.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import type { Only, Viewer } from '../../src/graphql/context.ts'
import { schema } from '../../src/schema.ts'
import { mint } from '../support/client-tokens.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { dial } from '../support/raw-socket.ts'
import { stranger } from '../support/texts.ts'
import { logger, openWriter } from './log.ts'
import { openStream } from './sse.ts'

/*
 * Whoever shares an execution with whomever: each subscriber is told what graphql-js answers when it is
 * asked for that subscriber and that event alone.
 */

const asked = '$after: String, $filter: MessageFilter'
const given = '(after: $after, filter: $filter)'
const documents = [
  `subscription (${asked}) { messageReceived${given} { cursor occurredAt message { id from to text } } }`,
  `subscription (${asked}, $withText: Boolean = true) {
    heard: messageReceived${given} { cursor message { status text @include(if: $withText) sender { number name } } }
  }`,
  `subscription (${asked}, $withText: Boolean! = false) { ...Root }
  fragment Root on Subscription { messageReceived${given} { c: cursor message @skip(if: $withText) { ...Way } } }
  fragment Way on Message { direction createdAt attached: readStateSynced }`,
  `subscription Texts(${asked}) { messageReceived${given} { cursor message { text } } }
  subscription Times(${asked}) { messageReceived${given} { cursor message { createdAt } } }`,
]

type Row = Pick<Message, 'id' | 'direction' | 'from' | 'to' | 'text' | 'extensionRowId'>
type Told = { sequence: bigint; occurredAt: Date; row: object & Row }
type Filter = { number?: string; text?: string; extensionId?: string; direction?: 'INBOUND' }
type Body = { query: string; operationName?: string; variables: Record<string, unknown> }

const subscriber = fc.record({
  document: fc.nat({ max: documents.length - 1 }),
  operationName: fc.constantFrom('Texts', 'Times'),
  withText: fc.constantFrom(undefined, true, false),
  filter: fc.constantFrom('none', 'none', 'ava', 'ben', 'stranger', 'text', 'extension', 'in'),
  credential: fc.nat({ max: 4 }),
  over: fc.constantFrom('socket', 'socket', 'sse'),
  /** Where it begins: at the end, or some events before. */
  back: fc.constantFrom(undefined, undefined, 0, 1, 5),
})
const text = fc.record({
  inbound: fc.boolean(),
  to: fc.subarray(['ava', 'ben'], { minLength: 1 }),
  isBens: fc.boolean(),
  text: fc.constantFrom('a', 'b', 'Ünï "quoted" \\'),
})
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ subscriber }) },
  { weight: 3, arbitrary: fc.record({ texts: fc.array(text, { minLength: 1, maxLength: 6 }) }) },
)

it('each subscriber is told what an execution for it alone would answer, whoever shares it', async () => {
  const gateway = await startGateway({ app: { streamLimits: { perSocket: 1_000 } } })
  const acme = await gateway.createTenant()
  const extensions = { ava: (await acme.connect(ava)).id, ben: (await acme.connect(ben)).id }
  await expect
    .poll(() => gateway.db.directoryEntry.count({ where: { name: { in: Object.values(names) } } }))
    .toBe(2)
  const writer = await openWriter(gateway.databaseUrl)
  onTestFinished(() => writer.close())
  const eventLog = createEventLog(writer)

  const read = ['messages:read']
  const credentials = await Promise.all(
    [
      { scopes: [...read, 'people:read'] },
      { scopes: read, numbers: [ava.number] },
      { scopes: read, numbers: [ava.number] },
      { scopes: [...read, 'people:read'], extensionIds: [extensions.ben] },
    ].map(async ({ scopes, numbers, extensionIds }) => {
      const { id, token } = await mint(acme, {
        scopes,
        ...(numbers && { numbers }),
        ...(extensionIds && { extensionIds }),
      })
      const isLimited = numbers || extensionIds
      const only: Only | undefined = isLimited && {
        numbers: numbers ?? [],
        extensionIds: extensionIds ?? [],
      }
      const clientToken = { id: id as string, createdAt: new Date(), expiresAt: new Date() }
      return { secret: token as string, scopes, clientToken, ...(only && { only }) }
    }),
  )
  const everybody = [{ secret: acme.secret, scopes: [...read, 'people:read'] }, ...credentials]
  const sockets = await Promise.all(
    everybody.map(async ({ secret }) => {
      const line = await dial(gateway.url, secret)
      await line.init()
      return line
    }),
  )

  const filters: Record<string, Filter> = {
    none: {},
    ava: { number: ava.number },
    ben: { number: ben.number },
    stranger: { number: stranger },
    text: { text: 'A' },
    extension: { extensionId: extensions.ben },
    in: { direction: 'INBOUND' },
  }
  const log: Told[] = []
  const listening: { begins: bigint; wanted: Wanted; received: () => unknown[] }[] = []
  type Wanted = { filter: Filter; viewer: Extract<Viewer, { kind: 'tenant' }>; body: Body }
  let listeners = 0

  async function subscribers() {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    return Number(/^ringql_subscribers (\d+)$/m.exec(metrics)?.[1])
  }

  async function subscribe(one: typeof subscriber extends fc.Arbitrary<infer S> ? S : never) {
    const place = Math.max(0, log.length - (one.back ?? 0))
    const end = log.at(-1)?.sequence ?? start
    const begins = one.back === undefined ? end : (log[place - 1]?.sequence ?? start)
    const filter = filters[one.filter] ?? {}
    const { secret, ...rights } = everybody[one.credential] as (typeof everybody)[number]
    const body: Body = {
      query: documents[one.document] as string,
      ...(one.document === 3 && { operationName: one.operationName }),
      variables: {
        filter,
        ...(one.back !== undefined && { after: encodeCursor(acme.id, begins) }),
        ...([1, 2].includes(one.document) &&
          one.withText !== undefined && { withText: one.withText }),
      },
    }
    const viewer = {
      kind: 'tenant',
      tenantId: acme.id,
      apiKeyId: acme.apiKeyId,
      ...rights,
    } as const
    listeners += 1
    const id = `${listeners} "é"`
    if (one.over === 'sse') {
      const stream = await openStream(gateway.url, secret, body)
      onTestFinished(() => stream.abort())
      const received = () => stream.events.map(({ data }) => data)
      listening.push({ begins, wanted: { filter, viewer, body }, received })
    } else {
      const { say, messages } = sockets[one.credential] as (typeof sockets)[number]
      say({ id, type: 'subscribe', payload: body })
      const received = () =>
        messages.filter((message) => message.id === id).map(({ payload }) => payload)
      listening.push({ begins, wanted: { filter, viewer, body }, received })
    }
    await expect.poll(subscribers).toBe(listeners)
  }

  async function append(texts: (typeof text extends fc.Arbitrary<infer T> ? T : never)[]) {
    const numbers = { ava: ava.number, ben: ben.number }
    const rows = texts.map(({ inbound, to, isBens, text }, n) => ({
      id: `msg_${log.length + n}`,
      tenantId: acme.id,
      extensionRowId: extensions[isBens ? 'ben' : 'ava'],
      type: 'SMS',
      status: 'RECEIVED',
      direction: inbound ? ('INBOUND' as const) : ('OUTBOUND' as const),
      from: inbound ? stranger : numbers[to[0] as 'ava' | 'ben'],
      to: inbound ? to.map((who) => numbers[who as 'ava' | 'ben']) : [stranger],
      text,
      isRead: null,
      rcIsRead: null,
      conversationId: null,
      createdAt: new Date(1_700_000_000_000 + log.length + n),
    }))
    await eventLog.transaction(async (_tx, record) => {
      for (const snapshot of rows) {
        const { id: subjectId } = snapshot
        record({ type: 'message.received', tenantId: acme.id, subjectId, snapshot })
      }
    })
    const written = await gateway.db.event.findMany({
      where: {
        tenantId: acme.id,
        // What the gateway itself tells meanwhile stands between.
        type: 'message.received',
        sequence: { gt: log.at(-1)?.sequence ?? start },
      },
      orderBy: { sequence: 'asc' },
    })
    for (const [n, { sequence, occurredAt }] of written.entries()) {
      log.push({ sequence, occurredAt, row: rows[n] as (typeof rows)[number] })
    }
  }

  async function expected({
    begins,
    wanted: { filter, viewer, body },
  }: (typeof listening)[number]) {
    const answers: unknown[] = []
    for (const { sequence, occurredAt, row } of log) {
      if (sequence <= begins || !matches(row, filter) || !isWithin(row, viewer.only)) continue
      const answer = await execute({
        schema,
        document: parse(body.query),
        operationName: body.operationName,
        variableValues: body.variables,
        contextValue: { viewer, requestId: '', logger, services: { nameOf } },
        rootValue: { cursor: encodeCursor(acme.id, sequence), occurredAt, row },
      })
      answers.push(JSON.parse(JSON.stringify(answer)))
    }
    return answers
  }

  // What connecting has told before.
  const start = (await gateway.db.eventLog.findUniqueOrThrow({ where: { tenantId: acme.id } }))
    .lastSequence
  const endsAt = performance.now() + 6_000
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
      if (performance.now() > endsAt) return
      for (const one of steps) {
        if ('texts' in one) await append(one.texts)
        else await subscribe(one.subscriber)
      }
      for (const one of listening) {
        const answers = await expected(one)
        await expect.poll(() => one.received().length).toBeGreaterThanOrEqual(answers.length)
        expect(one.received()).toEqual(answers)
      }
    }),
    { numRuns: 20, endOnFailure: true },
  )
  // Not one more has come since.
  for (const one of listening) expect(one.received()).toEqual(await expected(one))
  expect(listening.some((one) => one.received().length > 0)).toBe(true)
})

const names: Record<string, string> = { [ava.number]: 'Ava Hart', [ben.number]: 'Ben Ortiz' }
const nameOf = (_context: unknown, { number }: { number: string }) => names[number] ?? null

function matches(row: Row, { number, text, extensionId, direction }: Filter): boolean {
  if (number && row.from !== number && !row.to.includes(number)) return false
  if (text && !row.text.toUpperCase().includes(text)) return false
  if (extensionId && row.extensionRowId !== extensionId) return false
  return !direction || row.direction === direction
}

function isWithin({ direction, from, to, extensionRowId }: Row, only: Only | undefined): boolean {
  if (!only || only.extensionIds.includes(extensionRowId)) return true
  const ours = direction === 'INBOUND' ? to : [from]
  return ours.some((number) => only.numbers.includes(number))
}
