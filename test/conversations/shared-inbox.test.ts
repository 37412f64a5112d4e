import { expect, it } from 'vitest'
import {
  conversationChanges,
  conversationsOf,
  doWith,
  messagesIn,
  waitForConversation,
} from '../support/conversations.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { elsewhere } from '../support/mailbox.ts'
import { send, stranger } from '../support/texts.ts'

const customer = '+14155550177'

it('two agents share the inbox of a number: who is asked, who answers, what is done', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const extension = await acme.connect(ava)
  await acme.query(
    'mutation ($input: CreateContactInput!) { createContact(input: $input) { __typename } }',
    {
      input: {
        extensionId: extension.id,
        firstName: 'Dora',
        lastName: 'Diaz',
        mobilePhone: customer,
      },
    },
  )
  const desk = await acme.subscribe(conversationChanges, { filter: { number: ava.number } })
  const text = (from: string, words: string) =>
    gateway.simulator.inbound({ from, to: ava.number, text: words })

  text(stranger, 'Is anybody there?')
  await waitForConversation(acme, ({ unreadCount }) => unreadCount === 1)
  text(customer, 'My order is late')
  await waitForConversation(
    acme,
    ({ unreadCount, participants: [one] }) => unreadCount === 1 && one.number === customer,
  )
  text(customer, 'Very late')
  const asked = await waitForConversation(acme, ({ unreadCount }) => unreadCount === 2)
  expect(asked).toMatchObject({
    type: 'SMS',
    number: ava.number,
    participants: [{ number: customer, name: 'Dora Diaz', extensionId: null }],
    assigneeId: null,
    archivedAt: null,
    lastMessage: { text: 'Very late', direction: 'INBOUND' },
    extension: { extensionId: ava.extensionId },
  })
  expect(await conversationsOf(acme, { unassigned: true, unread: true })).toHaveLength(2)

  // One takes it, the other sees so at once.
  expect(await doWith(acme, 'assignConversation', asked.id, { userId: 'agent-1' })).toMatchObject({
    assigneeId: 'agent-1',
  })
  await desk.waitFor((data) => data.conversationChanged.conversation.assigneeId === 'agent-1')
  expect(await conversationsOf(acme, { unassigned: true })).toMatchObject([
    { participants: [{ number: stranger }] },
  ])
  expect(await conversationsOf(acme, { assigneeId: 'agent-1' })).toMatchObject([{ id: asked.id }])
  const asWritten = { number: '+1 (202) 555-0101', participant: '+1 415 555 0177' }
  expect(await conversationsOf(acme, asWritten)).toMatchObject([{ id: asked.id }])

  await doWith(acme, 'markConversationRead', asked.id)
  const { id: answerId } = await send(acme, {
    from: ava.number,
    to: [customer],
    text: 'On its way!',
  })
  const answered = await waitForConversation(acme, ({ id }) => id === asked.id)
  expect(answered).toMatchObject({ unreadCount: 0, lastMessage: { id: answerId } })
  // From RingCentral's own app, in the same thread.
  const app = await elsewhere(gateway, ava.extensionId)
  await app('POST', 'sms', {
    from: { phoneNumber: ava.number },
    to: [{ phoneNumber: customer }],
    text: 'Sent from my desk phone',
  })
  await waitForConversation(acme, ({ lastMessage }) => lastMessage.sentElsewhere)
  expect((await messagesIn(acme, asked.id)).map((one: any) => one.text)).toEqual([
    'Sent from my desk phone',
    'On its way!',
    'Very late',
    'My order is late',
  ])
  expect(await messagesIn(acme, asked.id, '(first: 1)')).toMatchObject([
    {
      conversation: { id: asked.id },
      timeline: [{ summary: expect.stringContaining('elsewhere') }],
    },
  ])

  // A list with the newest and the oldest messages of each, and what belongs to them.
  const { conversations } = await acme.query(`{ conversations { nodes {
    newest: messages(first: 2) { nodes { text } pageInfo { hasNextPage } }
    oldest: messages(last: 1) { nodes { text conversation { id } extension { extensionId } } } } } }`)
  const oldest = (text: string) => ({
    nodes: [{ text, conversation: {}, extension: { extensionId: ava.extensionId } }],
  })
  expect(conversations.nodes).toMatchObject([
    {
      newest: {
        nodes: [{ text: 'Sent from my desk phone' }, { text: 'On its way!' }],
        pageInfo: { hasNextPage: true },
      },
      oldest: oldest('My order is late'),
    },
    {
      newest: { nodes: [{ text: 'Is anybody there?' }], pageInfo: { hasNextPage: false } },
      oldest: oldest('Is anybody there?'),
    },
  ])

  // Done; done twice is done once.
  await doWith(acme, 'archiveConversation', asked.id)
  const events = await gateway.db.event.count({ where: { type: 'conversation.changed' } })
  expect((await doWith(acme, 'archiveConversation', asked.id)).archivedAt).not.toBeNull()
  await doWith(acme, 'assignConversation', asked.id, { userId: 'agent-1' })
  expect(await gateway.db.event.count({ where: { type: 'conversation.changed' } })).toBe(events)
  expect(await conversationsOf(acme)).toMatchObject([{ participants: [{ number: stranger }] }])
  expect(await conversationsOf(acme, { archived: true })).toMatchObject([{ id: asked.id }])
  text(customer, 'Got it, thank you')
  const back = await waitForConversation(acme, ({ id }) => id === asked.id)
  expect(back).toMatchObject({ archivedAt: null, unreadCount: 1, assigneeId: 'agent-1' })
  await desk.waitFor((data) => data.conversationChanged.conversation.unreadCount === 1)

  await doWith(acme, 'archiveConversation', asked.id)
  await doWith(acme, 'unarchiveConversation', asked.id)
  await doWith(acme, 'assignConversation', asked.id, { userId: null })
  expect(await conversationsOf(acme, { unassigned: true })).toHaveLength(2)
  for (const verb of ['markConversationRead', 'archiveConversation'] as const) {
    expect(await doWith(acme, verb, 'cnv_nobody')).toMatchObject({ code: 'CONVERSATION_NOT_FOUND' })
  }

  // What is looked for: digits, a name, words.
  const found = async (search: string) =>
    (await conversationsOf(acme, { search })).map((one: any) => one.participants[0].number)
  expect(await found('0177')).toEqual([customer])
  expect(await found('diaz')).toEqual([customer])
  expect(await found('order LATE')).toEqual([customer])
  expect(await found('anybod')).toEqual([stranger])
  expect(await found('order anybody')).toEqual([])
  expect(await found('%')).toEqual([])
  const [blank] = await acme.errors('{ conversations(filter: { search: " " }) { totalCount } }')
  expect(blank.extensions).toMatchObject({ code: 'BAD_USER_INPUT' })
})
