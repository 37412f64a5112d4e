import { beforeAll, expect, it } from 'vitest'
import {
  conversationsOf,
  conversationsQuery,
  messagesIn,
  waitForConversation,
} from '../support/conversations.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { messagesOf, waitForMessage, write } from '../support/mailbox.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'

const other = '+14155550188'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  await acme.connect(ben)
  return gateway.stop
})

it('a group is a conversation of its own, the same for what goes out and what comes in', async () => {
  await send(acme, { from: ava.number, to: [stranger], text: 'You alone' })
  const { id } = await send(acme, { from: ava.number, to: [other, stranger], text: 'You both' })
  await waitForStatus(acme, id, 'DELIVERED')
  gateway.simulator.inbound({ from: other, to: [ava.number, stranger], text: 'We both' })
  const group = await waitForConversation(acme, (one) => one.lastMessage.text === 'We both')
  expect(group.participants.map(({ number }: any) => number)).toEqual([stranger, other])
  expect(await messagesIn(acme, group.id)).toMatchObject([
    { text: 'We both', direction: 'INBOUND' },
    { text: 'You both', direction: 'OUTBOUND' },
  ])
  expect(await messagesOf(acme, { conversationId: group.id })).toHaveLength(2)
  expect(await conversationsOf(acme, { participant: stranger })).toHaveLength(2)
})

it('messages of colleagues are conversations of each mailbox, voicemails and faxes are none', async () => {
  await write(acme, { from: ava.extensionId, to: ['102'], text: 'Lunch?' })
  await waitForMessage(
    acme,
    ({ type, direction }) => type === 'INTERNAL' && direction === 'INBOUND',
  )
  await write(acme, { from: ben.extensionId, to: ['101'], text: 'Gladly' })
  const avas = await waitForConversation(
    acme,
    ({ type, extension, lastMessage, participants }) =>
      type === 'INTERNAL' &&
      participants[0].name &&
      extension.extensionId === ava.extensionId &&
      lastMessage.text === 'Gladly',
  )
  expect(avas).toMatchObject({
    number: '101',
    participants: [{ number: '102', name: 'Ben Ortiz', extensionId: ben.extensionId }],
    unreadCount: 1,
  })
  expect((await messagesIn(acme, avas.id)).map((one: any) => one.text)).toEqual([
    'Gladly',
    'Lunch?',
  ])
  expect(await conversationsOf(acme, { participant: '101' })).toMatchObject([
    { number: '102', extension: { extensionId: ben.extensionId } },
  ])

  gateway.simulator.leaveVoicemail({ from: other, to: ava.number })
  const { id } = await waitForMessage(acme, ({ type }) => type === 'VOICEMAIL')
  const { message } = await acme.query(`{ message(id: "${id}") { conversation { id } } }`)
  expect(message).toEqual({ conversation: null })
})

it('are the same walking forward and backward, each once', async () => {
  for (let n = 0; n < 12; n += 1) {
    const from = `+1415555${String(2000 + n)}`
    gateway.simulator.inbound({ from, to: ben.number, text: `Text ${n}` })
  }
  const filter = { number: ben.number }
  await expect.poll(async () => (await conversationsOf(acme, filter)).length).toBe(12)
  const all = (await conversationsOf(acme, filter)).map(({ id }: any) => id)
  const walk = async (page: (at: any) => object, next: (info: any) => string) => {
    const seen: string[][] = []
    for (let at: string | null = null; seen.flat().length < 12; ) {
      const { conversations }: any = await acme.query(conversationsQuery, { filter, ...page(at) })
      seen.push(conversations.nodes.map(({ id }: any) => id))
      at = next(conversations.pageInfo)
      if (seen.length > 4) break
    }
    return seen
  }
  const forward = await walk(
    (after) => ({ first: 5, after }),
    (info) => info.endCursor,
  )
  expect(forward.flat()).toEqual(all)
  const backward = await walk(
    (before) => ({ last: 5, before }),
    (info) => info.startCursor,
  )
  expect(backward.reverse().flat()).toEqual(all)
})
