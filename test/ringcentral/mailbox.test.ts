import { expect, test } from 'vitest'
import { mailboxChanges } from '../../src/ringcentral/event-filters.ts'
import { failureFrom } from './servers.ts'
import { ava, ben, cleo, customer, listening, simulated } from './simulated.ts'

const everything = ['SMS', 'Pager', 'VoiceMail', 'Fax'] as const
const dateFrom = new Date(0)
const arriving = { from: customer, to: ava.phoneNumber }

test('a colleague is texted by number or id, and both find it in their mailboxes', async () => {
  const { api, connect } = await simulated()
  const sent = await api.messages.sendInternalMessage({
    to: [{ extensionNumber: ben.extensionNumber }, { extensionId: cleo.id }],
    text: 'Lunch?',
  })
  expect(sent).toMatchObject({ status: 'sent', requestId: expect.any(String) })
  const theirs = await connect(ben)
  const query = { dateFrom, messageTypes: ['Pager'] } as const
  const { messages } = await theirs.messages.listMessages(query)
  expect(messages).toMatchObject([
    {
      type: 'Pager',
      direction: 'Inbound',
      text: 'Lunch?',
      from: { extensionNumber: '101', extensionId: ava.id },
      to: [{ extensionId: ben.id }, { extensionId: cleo.id }],
    },
  ])
  expect((await theirs.messages.listMessages({ dateFrom })).messages).toEqual([])
  const nobody = { to: [{ extensionNumber: '999' }], text: 'x' }
  expect(await failureFrom(api.messages.sendInternalMessage(nobody))).toMatchObject({
    name: 'RingCentralRefusedError',
    code: 'CMN-102',
  })
})

test('voicemails and faxes are told by a bell, and brought by a sync of all kinds', async () => {
  const { simulator, clock, api } = await simulated()
  const { address, notifications } = await listening()
  const eventFilters = [mailboxChanges('VoiceMail'), mailboxChanges('Fax'), mailboxChanges('Pager')]
  await api.subscriptions.create({ address, eventFilters, verificationToken: 'v' })
  const full = { type: 'full', dateFrom, messageTypes: everything } as const
  const { syncToken } = await api.messages.syncMessages(full)
  await clock.advance(10_000)
  simulator.inbound({ ...arriving, text: 'Hi' })
  simulator.leaveVoicemail({ ...arriving, seconds: 7, transcription: 'Call me back' })
  simulator.sendFax({ ...arriving, pages: 2 })
  await simulator.settled()
  const told = notifications.flatMap((one) => (one.kind === 'mailbox-change' ? one.body : []))
  expect(told.map(({ changes }) => changes[0]?.type).sort()).toEqual(['Fax', 'VoiceMail'])

  const { messages } = await api.messages.syncMessages({ type: 'incremental', syncToken })
  expect(messages.map(({ type }) => type)).toEqual(['SMS', 'VoiceMail', 'Fax'])
  expect(messages[1]).toMatchObject({
    readStatus: 'Unread',
    vmTranscriptionStatus: 'Completed',
    attachments: [
      { type: 'AudioRecording', contentType: 'audio/wav', vmDuration: 7, size: 56_044 },
      { type: 'AudioTranscription' },
    ],
  })
  expect(messages[2]).toMatchObject({
    faxPageCount: 2,
    faxResolution: 'High',
    attachments: [{ type: 'RenderedDocument', contentType: 'application/pdf' }],
  })
})

test('a message is marked as read, and as unread again', async () => {
  const { simulator, api } = await simulated()
  const { id } = simulator.leaveVoicemail(arriving)
  expect(await api.messages.updateMessage(id, { readStatus: 'Read' })).toMatchObject({
    id,
    readStatus: 'Read',
  })
  await api.messages.updateMessage(id, { readStatus: 'Unread' })
  expect((await api.messages.getMessage(id)).readStatus).toBe('Unread')
  const empty = failureFrom(api.messages.updateMessage('', { readStatus: 'Read' }))
  expect(await empty).toBeInstanceOf(TypeError)
})
