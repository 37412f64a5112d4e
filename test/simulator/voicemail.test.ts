import { expect, test } from 'vitest'
import { connect, control, mailbox, receive, simulate, subscribe } from './harness.ts'

const numbers = { from: '+13105550177', to: '+12025550101' }

test('a voicemail arrives with its sound, and written down where somebody did', async () => {
  const simulator = await simulate()
  const { address, notifications } = await receive()
  const api = await connect(simulator)
  await subscribe(api, address, [`${mailbox}?type=VoiceMail`])
  const asked = { ...numbers, seconds: 7, transcription: 'Call me back' }
  expect((await control(simulator, 'voicemail', asked)).status).toBe(200)
  await simulator.settled()
  expect(notifications[0]?.body.body.changes).toMatchObject([{ type: 'VoiceMail', newCount: 1 }])

  const [message] = (await api('GET', 'message-store?messageType=VoiceMail')).body.records
  expect(message).toMatchObject({ vmTranscriptionStatus: 'Completed', readStatus: 'Unread' })
  const [sound, words] = message.attachments
  expect(sound).toMatchObject({ type: 'AudioRecording', vmDuration: 7, size: 56_044 })
  expect(words.type).toBe('AudioTranscription')
  expect((await api('GET', new URL(words.uri).pathname)).text).toBe('Call me back')
})

test('a fax arrives as a document, and nobody without a number gets one', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  expect((await control(simulator, 'fax', { ...numbers, pages: 3 })).status).toBe(200)
  const synced = await api('GET', 'message-sync?syncType=FSync&messageType=Fax')
  const [fax] = synced.body.records
  expect(fax).toMatchObject({ type: 'Fax', faxPageCount: 3, faxResolution: 'High' })
  const [document] = fax.attachments
  expect(document).toMatchObject({ type: 'RenderedDocument', contentType: 'application/pdf' })
  const content = await api('GET', new URL(document.uri).pathname)
  expect(content.text).toMatch(/^%PDF-1\.4[\s\S]*\/Count 3[\s\S]*%%EOF\n$/)

  const nowhere = await control(simulator, 'fax', { ...numbers, to: '+19995550100' })
  expect([nowhere.status, nowhere.body.error]).toEqual([400, expect.stringContaining('Nobody')])
})

test('a caller may withhold the number, and the words may take a while', async () => {
  const simulator = await simulate()
  const { address, notifications } = await receive()
  const api = await connect(simulator)
  await subscribe(api, address, [`${mailbox}?type=VoiceMail`])
  const asked = { to: numbers.to, transcription: 'It is me', transcribedAfterMs: 5_000 }
  await control(simulator, 'voicemail', asked)
  const read = async () => (await api('GET', 'message-store?messageType=VoiceMail')).body.records[0]
  const before = await read()
  expect(before).toMatchObject({ vmTranscriptionStatus: 'InProgress' })
  expect(before.from.phoneNumber).toBeUndefined()
  expect(before.attachments).toHaveLength(1)
  await simulator.clock.advance(5_000)
  await simulator.settled()
  expect(notifications.at(-1)?.body.body.changes).toMatchObject([{ updatedCount: 1 }])
  const after = await read()
  expect(after).toMatchObject({ vmTranscriptionStatus: 'Completed' })
  expect(after.attachments).toHaveLength(2)
})
