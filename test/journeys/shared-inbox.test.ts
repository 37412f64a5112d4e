import { expect, test } from 'vitest'
import { conversationChanges, doWith, waitForConversation } from '../support/conversations.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { elsewhere } from '../support/mailbox.ts'
import { png, sha256, uploaded } from '../support/media.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'
import { openBrowser } from './browser.ts'

const attachments = 'attachments { contentType sizeBytes sha256 url }'
const thread = `query ($id: ID!) { conversation(id: $id) {
  assigneeId unreadCount messages { nodes { id direction status text rcMessageId ${attachments} } } } }`

test('an agent answers a picture in a shared inbox', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ava)

  // The inbox is open at two desks.
  const [lea, max] = [openBrowser(gateway.url, acme.secret), openBrowser(gateway.url, acme.secret)]
  const desks = [lea, max].map((page) =>
    page.listen(conversationChanges, { filter: { number: ava.number } }),
  )
  await Promise.all([lea.connected, max.connected])
  const shows = (desk: number) => desks[desk]?.events.at(-1)?.conversation

  // A customer sends a picture of what arrived.
  const broken = png({ sizeBytes: 400_000 })
  const media = [
    { contentType: 'image/png', fileName: 'vase.png', base64: broken.toString('base64') },
  ]
  gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'It is broken', media })
  for (const desk of [0, 1]) {
    await expect
      .poll(() => shows(desk))
      .toMatchObject({
        participants: [{ number: stranger }],
        lastMessage: { text: 'It is broken', direction: 'INBOUND' },
        unreadCount: 1,
        assigneeId: null,
      })
  }
  const { id } = shows(0)
  const read = async () => (await acme.query(thread, { id })).conversation

  // Lea takes it; Max sees so. She looks at the picture through our address, without a key.
  expect(await doWith(acme, 'assignConversation', id, { userId: 'crm-lea' })).toMatchObject({
    assigneeId: 'crm-lea',
  })
  await expect.poll(() => shows(1)).toMatchObject({ id, assigneeId: 'crm-lea' })
  const [asked] = (await read()).messages.nodes
  const [picture] = asked.attachments
  expect(picture.contentType).toBe('image/png')
  expect(picture.url).toMatch(new RegExp(`^${gateway.url}/`))
  const response = await fetch(picture.url)
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  expect(Buffer.from(await response.arrayBuffer()).equals(broken)).toBe(true)

  // What she has read is read in RingCentral's own app as well.
  await doWith(acme, 'markConversationRead', id)
  await expect.poll(() => shows(1)).toMatchObject({ id, unreadCount: 0 })
  const app = await elsewhere(gateway, ava.extensionId)
  const atRingCentral = async () =>
    (await app('GET', `message-store/${asked.rcMessageId}`)).body.readStatus
  await expect.poll(atRingCentral).toBe('Read')

  // She answers with a picture of the new one.
  const fresh = png({ sizeBytes: 600_000 })
  const answer = await send(acme, {
    from: ava.number,
    to: [stranger],
    text: 'This one is on its way',
    attachments: [await uploaded(acme, fresh, { fileName: 'new vase.png' })],
  })
  const { rcMessageId } = await waitForStatus(acme, answer.id, 'DELIVERED')
  expect(gateway.simulator.outbox()).toMatchObject([
    {
      id: rcMessageId,
      from: ava.number,
      to: [stranger],
      text: 'This one is on its way',
      attachments: [{ contentType: 'image/png', sizeBytes: 600_000, sha256: sha256(fresh) }],
    },
  ])

  // The thread has both, with what they are; both desks show the answer.
  await expect
    .poll(async () => (await read()).messages.nodes)
    .toMatchObject([
      { direction: 'OUTBOUND', status: 'DELIVERED', attachments: [{ sha256: sha256(fresh) }] },
      { direction: 'INBOUND', attachments: [{ sizeBytes: 400_000, sha256: sha256(broken) }] },
    ])
  for (const desk of [0, 1]) {
    await expect.poll(() => shows(desk)?.lastMessage).toMatchObject({ id: answer.id })
  }
  const inbox = await waitForConversation(acme, () => true)
  expect(inbox).toMatchObject({ id, unreadCount: 0, assigneeId: 'crm-lea' })
  for (const { events, failures } of desks) {
    expect(failures ?? []).toEqual([])
    expect(new Set(events?.map(({ cursor }) => cursor)).size).toBe(events?.length)
  }
})
