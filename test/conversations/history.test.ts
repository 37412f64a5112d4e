import { expect, it } from 'vitest'
import { days } from '../../src/lib/clock.ts'
import {
  conversationChanges,
  conversationsOf,
  doWith,
  messagesIn,
} from '../support/conversations.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { historyOf, importHistory } from '../support/history.ts'
import { asked } from '../support/ledger.ts'
import { elsewhere } from '../support/mailbox.ts'
import { change } from '../support/settings.ts'
import { stranger, textsIn } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

const another = '+14155550155'
const store = '/restapi/v1.0/account/~/extension/~/message-store'

it('is imported on connection as far back as asked, both ways, without ringing, and farther later', async () => {
  const time = sharedTime()
  const gateway = await startGateway(time)
  const acme = await gateway.createTenant()
  const text = (words: string, from = stranger) =>
    gateway.simulator.inbound({ from, to: ava.number, text: words })
  text('A year ago')
  await time.pass(days(200))
  text('Half a year ago')
  const app = await elsewhere(gateway, ava.extensionId)
  const { body: mailbox } = await app('GET', 'message-store')
  await app('PUT', `message-store/${mailbox.records[0].id}`, { readStatus: 'Read' })
  await time.pass(days(90))
  text('Some months ago', another)
  await (await elsewhere(gateway, ava.extensionId))('POST', 'sms', {
    from: { phoneNumber: ava.number },
    to: [{ phoneNumber: another }],
    text: 'Our answer',
  })
  await time.pass(days(40))

  const { status } = await acme.query('{ status { cursor } }')
  expect(await change(acme, { historyDays: 90 })).not.toHaveProperty('code')
  const { id: extensionId } = await acme.connect(ava)
  await expect
    .poll(() => historyOf(acme))
    .toMatchObject({
      status: 'DONE',
      importedCount: 2,
      reason: null,
      finishedAt: expect.any(String),
    })
  const [conversation, ...others] = await conversationsOf(acme)
  expect(others).toEqual([])
  expect(conversation).toMatchObject({
    participants: [{ number: another }],
    unreadCount: 1,
    lastMessage: { text: 'Our answer', sentElsewhere: true },
  })
  expect(await messagesIn(acme, conversation.id)).toMatchObject([
    { text: 'Our answer', status: 'DELIVERED', importedAt: expect.any(String) },
    { text: 'Some months ago', isRead: false, importedAt: expect.any(String) },
  ])
  await doWith(acme, 'archiveConversation', conversation.id)

  // Farther back: from where it stopped.
  const pages = asked(gateway, store, 'GET').length
  const hears = await acme.subscribe(conversationChanges, { after: status.cursor })
  const since = new Date(time.app.clock.now().getTime() - days(300))
  await importHistory(acme, { extensionId, since })
  await expect.poll(() => historyOf(acme)).toMatchObject({ status: 'DONE', importedCount: 3 })
  expect(asked(gateway, store, 'GET').length - pages).toBe(3)
  expect(await conversationsOf(acme)).toMatchObject([
    { participants: [{ number: stranger }], unreadCount: 0 },
  ])
  expect(await conversationsOf(acme, { archived: true })).toHaveLength(1)
  await hears.waitFor((data) => data.conversationChanged.conversation.archivedAt === null)
  expect(await gateway.db.event.count({ where: { type: 'message.received' } })).toBe(0)
  // What has been reached already is not read again.
  await importHistory(acme, { extensionId, since })
  expect((await historyOf(acme)).status).toBe('DONE')
  const tooFar = new Date(since.getTime() - days(80))
  expect(await importHistory(acme, { extensionId, since: tooFar })).toMatchObject({
    code: 'INVALID_INPUT',
  })
})

it('goes on with the page at which it stopped, brings each message once, and leaves what comes in live', async () => {
  const pages: string[] = []
  // A user's role may forbid it, and allow it later.
  const forbidden = new Response('{"errorCode":"CMN-408","message":"No"}', { status: 403 })
  const road: typeof fetch = async (url, init) => {
    const { pathname, searchParams } = new URL(String(url))
    if (pathname !== store) return fetch(url, init)
    pages.push(searchParams.get('page') ?? '')
    return pages.length === 2 ? forbidden : fetch(url, init)
  }
  const time = sharedTime({ app: { fetch: road } })
  const gateway = await startGateway(time)
  const acme = await gateway.createTenant()
  for (let n = 0; n < 260; n += 1) {
    const from = `+1415555${String(4000 + (n % 20))}`
    gateway.simulator.inbound({ from, to: ava.number, text: `Old ${n}` })
  }
  await time.pass(days(2))
  const { id: extensionId } = await acme.connect(ava)
  const since = new Date(time.app.clock.now().getTime() - days(10))
  await importHistory(acme, { extensionId, since })
  await expect
    .poll(() => historyOf(acme))
    .toMatchObject({
      status: 'FAILED',
      importedCount: 250,
      reason: expect.stringContaining('refused'),
    })
  const live = await acme.subscribe(textsIn)
  gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'New' })
  await importHistory(acme, { extensionId, since })
  await expect.poll(() => historyOf(acme)).toMatchObject({ status: 'DONE', importedCount: 260 })
  expect(pages).toEqual(['1', '2', '2'])
  await live.waitFor((data) => data.messageReceived.message.text === 'New')
  expect(await gateway.db.message.count()).toBe(261)
  const [{ unread }] = await gateway.db.$queryRaw<[{ unread: number }]>`
    SELECT sum("unreadCount")::int AS unread FROM "Conversation"`
  expect(unread).toBe(261)
})
