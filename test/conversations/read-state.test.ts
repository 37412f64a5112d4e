import { expect, it } from 'vitest'
import { syncMessagesJob } from '../../src/messages/jobs.ts'
import {
  conversationsOf,
  doWith,
  messagesIn,
  waitForConversation,
} from '../support/conversations.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { elsewhere } from '../support/mailbox.ts'
import { capabilitiesOf } from '../support/settings.ts'
import { stranger } from '../support/texts.ts'

async function textsIn(options: Parameters<typeof startGateway>[0] = {}, count = 2) {
  const gateway = await startGateway(options)
  const acme = await gateway.createTenant()
  const extension = await acme.connect(ava)
  for (let n = 1; n <= count; n += 1) {
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: `Text ${n}` })
    await waitForConversation(acme, ({ unreadCount }) => unreadCount === n)
  }
  const [{ id }] = await conversationsOf(acme)
  const app = await elsewhere(gateway, ava.extensionId)
  const atRingCentral = async () => {
    const messages = await messagesIn(acme, id)
    const read = messages.map(async ({ rcMessageId }: any) => {
      const { body } = await app('GET', `message-store/${rcMessageId}`)
      return body.readStatus
    })
    return Promise.all(read)
  }
  return { gateway, acme, extension, id, app, atRingCentral }
}

it('what is read here is told to RingCentral, and what is read there moves the count here', async () => {
  const { acme, id, app, atRingCentral } = await textsIn({}, 3)
  const [newest, middle] = await messagesIn(acme, id)
  expect(await doWith(acme, 'markConversationRead', id, { upTo: middle.id })).toMatchObject({
    unreadCount: 1,
  })
  await expect.poll(atRingCentral).toEqual(['Unread', 'Read', 'Read'])
  const synced = async () => (await messagesIn(acme, id)).map((one: any) => one.readStateSynced)
  await expect.poll(synced).toEqual([true, true, true])

  await app('PUT', `message-store/${newest.rcMessageId}`, { readStatus: 'Read' })
  await waitForConversation(acme, ({ unreadCount }) => unreadCount === 0)
  expect(await doWith(acme, 'markConversationUnread', id)).toMatchObject({ unreadCount: 1 })
  await expect.poll(atRingCentral).toEqual(['Unread', 'Read', 'Read'])
  expect(await doWith(acme, 'markConversationRead', id, { upTo: 'msg_x' })).toMatchObject({
    code: 'MESSAGE_NOT_FOUND',
  })
})

it('without EditMessages it is known here alone, and a sync does not undo it', async () => {
  const { gateway, acme, extension, id, atRingCentral } = await textsIn({
    simulator: { scope: ['ReadAccounts', 'SMS', 'ReadMessages', 'SubscriptionWebhook'] },
  })
  expect((await capabilitiesOf(acme, ava)).SYNC_READ_STATE).toMatchObject({
    works: false,
    missingScope: 'EditMessages',
  })
  await doWith(acme, 'markConversationRead', id)
  const jobs = await createJobRunner(gateway)
  // All of it anew, as RingCentral has it: unread.
  await gateway.db.extension.updateMany({ data: { messageSyncToken: null } })
  await jobs.run(syncMessagesJob, { extensionRowId: extension.id })
  expect(await messagesIn(acme, id)).toMatchObject([
    { isRead: true, readStateSynced: false },
    { isRead: true, readStateSynced: false },
  ])
  expect(await atRingCentral()).toEqual(['Unread', 'Unread'])
})

it('a sync that looked before RingCentral was told neither undoes it nor misses what comes after', async () => {
  const held = Promise.withResolvers<void>()
  const answers = { hold: false, held: 0 }
  const slow: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (!answers.hold || !String(url).includes('/message-sync')) return response
    // Read already, not yet answered.
    const body = await response.text()
    answers.held += 1
    await held.promise
    return new Response(body, { status: response.status, headers: response.headers })
  }
  const { gateway, acme, extension, id, app, atRingCentral } = await textsIn(
    { app: { fetch: slow } },
    1,
  )
  const jobs = await createJobRunner(gateway)
  const [{ rcMessageId }] = await messagesIn(acme, id)
  // Something about the message changes, so that the sync has a record of it, as unread as it is.
  await app('PATCH', `message-store/${rcMessageId}`, { availability: 'Alive' })
  answers.hold = true
  const sync = jobs.run(syncMessagesJob, { extensionRowId: extension.id })
  await expect.poll(() => answers.held).toBeGreaterThan(0)
  await doWith(acme, 'markConversationRead', id)
  await expect.poll(atRingCentral).toEqual(['Read'])
  await expect.poll(() => messagesIn(acme, id)).toMatchObject([{ readStateSynced: true }])
  answers.hold = false
  held.resolve()
  await sync
  expect(await messagesIn(acme, id)).toMatchObject([{ isRead: true }])
  await app('PUT', `message-store/${rcMessageId}`, { readStatus: 'Unread' })
  await waitForConversation(acme, ({ unreadCount }) => unreadCount === 1)
})
