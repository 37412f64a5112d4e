import { beforeAll, describe, expect, it } from 'vitest'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import {
  messagesQuery,
  send,
  statusChanges,
  stranger,
  textsIn,
  waitForStatus,
} from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant
let start: string
let extensionId: string

/** Two extensions, both directions, several words. */
beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  extensionId = (await acme.connect(ben)).id
  start = (await acme.query('{ status { cursor } }')).status.cursor
  for (const [to, text] of [
    [ava.number, 'Invoice 1'],
    [ben.number, 'INVOICE 2'],
    [ben.number, '100% sure_thing'],
    [ava.number, 'Ünïcode ß'],
  ] as const) {
    gateway.simulator.inbound({ from: stranger, to, text })
  }
  const sent = [
    await send(acme, { from: ava.number, to: [stranger], text: 'Your invoice' }),
    await send(acme, { from: ben.number, to: ['+14155559411'], text: 'Fails' }),
  ]
  await waitForStatus(acme, sent[0].id, 'DELIVERED')
  await waitForStatus(acme, sent[1].id, 'DELIVERY_FAILED')
  await acme.waitFor('{ messages { totalCount } }', ({ messages }) => messages.totalCount === 6)
  return gateway.stop
})

const filters: [string, () => object][] = [
  ['nothing', () => ({})],
  ['direction', () => ({ direction: 'INBOUND' })],
  ['the other direction', () => ({ direction: 'OUTBOUND' })],
  ['a number of ours', () => ({ number: ben.number })],
  ['a number of theirs', () => ({ number: stranger })],
  ['an extension', () => ({ extensionId })],
  ['an extension by RingCentral’s id', () => ({ extensionId: ben.extensionId })],
  ['an extension that nobody connected', () => ({ extensionId: cleo.extensionId })],
  ['a text in whatever case', () => ({ text: 'invoice' })],
  ['a percent sign, which is no wildcard', () => ({ text: '0%' })],
  ['an underscore, which is none either', () => ({ text: '_' })],
  ['a text beyond ASCII', () => ({ text: 'ÜNÏ' })],
  ['a backslash', () => ({ text: '\\' })],
  ['a status', () => ({ status: ['RECEIVED', 'DELIVERED'] })],
  ['no status', () => ({ status: [] })],
  [
    'a time',
    () => ({ createdFrom: '2020-01-01T00:00:00Z', createdBefore: '2021-01-01T00:00:00Z' }),
  ],
  ['several at once', () => ({ direction: 'INBOUND', number: ben.number, text: 'invoice' })],
  ['nobody’s extension', () => ({ extensionId: 'ext_nobody' })],
]

it('names an extension by either of its ids', async () => {
  const count = async (filter: object) =>
    (await acme.query(messagesQuery, { first: 100, filter })).messages.totalCount
  expect(await count({ extensionId: ben.extensionId })).toBe(3)
  expect(await count({ extensionId })).toBe(3)
})

describe('a filter means the same to a list and to a stream', () => {
  it.each(filters)('%s', async (_what, make) => {
    const filter = make()
    const { messages } = await acme.query(messagesQuery, { first: 100, filter })
    expect(messages.totalCount).toBe(messages.nodes.length)
    const received = await acme.subscribe(textsIn, { after: start, filter })
    const changed = await acme.subscribe(statusChanges, { after: start, filter })
    const streamed = () => {
      // Of a message that changes, the stream shows every step; the list, the last.
      const last = new Map<string, unknown>()
      for (const data of [...received.received, ...changed.received]) {
        const { message } = data.messageReceived ?? data.messageStatusChanged
        last.set(message.id, message)
      }
      const listed = new Set(messages.nodes.map(({ id }: { id: string }) => id))
      return [...last].filter(([id]) => listed.has(id)).map(([, message]) => message)
    }
    await expect.poll(() => new Set(streamed())).toEqual(new Set(messages.nodes))
    if (!('status' in filter)) {
      const all = [...received.received, ...changed.received].map(
        (data) => (data.messageReceived ?? data.messageStatusChanged).message.id,
      )
      expect(new Set(all)).toEqual(new Set(messages.nodes.map(({ id }: { id: string }) => id)))
    }
  })
})
