import { expect, test } from 'vitest'
import { createId } from '../../src/lib/ids.ts'
import { browserOf } from '../support/client-tokens.ts'
import { doWith, waitForConversation } from '../support/conversations.ts'
import { ava, ben, startGateway } from '../support/gateway.ts'
import { send, stranger } from '../support/texts.ts'

const scopes = ['messages:read', 'conversations:write', 'people:read']

/** A conversation of Ava’s number, which was Ben’s when its first text came; and a browser that is limited to Ava. */
async function numberThatWasHis() {
  const gateway = await startGateway()
  const tenant = await gateway.createTenant()
  const [his, hers] = [await tenant.connect(ben), await tenant.connect(ava)]
  gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Of her time: honey' })
  const { id } = await waitForConversation(tenant, ({ unreadCount }) => unreadCount === 1)
  const ofHers = await gateway.db.message.findFirstOrThrow({ where: { conversationId: id } })
  const { colleagues: _, ...facts } = ofHers
  const attachments = ofHers.attachments ?? []
  await gateway.db.message.create({
    data: {
      ...facts,
      attachments,
      id: createId('Message'),
      extensionRowId: his.id,
      rcMessageId: 'of-his-time',
      text: 'Of his time: marmalade',
      createdAt: new Date(ofHers.createdAt.getTime() - 60_000),
    },
  })
  const limitedTo = (limit: object) => browserOf(gateway.url, tenant, { scopes, ...limit })
  const limited = await limitedTo({ extensionIds: [ava.extensionId] })
  return { gateway, tenant, his, hers, id: id as string, limited, limitedTo }
}

test('a limited client token marks read and unread what it sees of a conversation, and nothing else', async () => {
  const { gateway, tenant, his, hers, id, limited } = await numberThatWasHis()
  const areRead = async () => {
    const messages = await gateway.db.message.findMany({ where: { direction: 'INBOUND' } })
    return Object.fromEntries(messages.map((one) => [one.extensionRowId, one.isRead]))
  }
  const older = await gateway.db.message.findFirstOrThrow({ where: { extensionRowId: his.id } })
  expect(await doWith(limited, 'markConversationRead', id, { upTo: older.id })).toMatchObject({
    code: 'MESSAGE_NOT_FOUND',
  })
  expect(await doWith(limited, 'markConversationRead', id)).toMatchObject({ unreadCount: 1 })
  expect(await areRead()).toEqual({ [his.id]: false, [hers.id]: true })

  expect(await doWith(tenant, 'markConversationRead', id)).toMatchObject({ unreadCount: 0 })
  // The newest that came in is his, the newest of all hers.
  await send(tenant, { from: ava.number, to: [stranger], text: 'Sweet' })
  await gateway.db.message.updateMany({
    where: { extensionRowId: hers.id, direction: 'INBOUND' },
    data: { createdAt: new Date(older.createdAt.getTime() - 60_000) },
  })
  expect(await doWith(limited, 'markConversationUnread', id)).toMatchObject({ unreadCount: 1 })
  expect(await areRead()).toEqual({ [his.id]: true, [hers.id]: false })
})

test('a limited client token finds no conversation by words and names that it does not see', async () => {
  const { tenant, his, hers, limited, limitedTo } = await numberThatWasHis()
  const know = (extension: { id: string }, lastName: string) =>
    tenant.query(
      'mutation ($input: CreateContactInput!) { createContact(input: $input) { __typename } }',
      { input: { extensionId: extension.id, lastName, mobilePhone: stranger } },
    )
  await know(his, 'Quince')
  await know(hers, 'Medlar')
  const findings = async (browser: typeof limited) => {
    const found: string[] = []
    for (const search of ['marmalade', 'honey', 'Quince', 'Medlar']) {
      const { conversations } = await browser.query(
        'query ($filter: ConversationFilter) { conversations(filter: $filter) { totalCount } }',
        { filter: { search } },
      )
      if (conversations.totalCount > 0) found.push(search)
    }
    return found
  }
  expect(await findings(limited)).toEqual(['honey', 'Medlar'])
  const byNumber = await limitedTo({ numbers: [ava.number] })
  expect(await findings(byNumber)).toEqual(['marmalade', 'honey', 'Medlar'])
})
