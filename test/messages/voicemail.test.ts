import { expect, it } from 'vitest'
import { seconds } from '../../src/lib/clock.ts'
import { syncMessagesJob } from '../../src/messages/jobs.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { changed, elsewhere, messagesOf, received, waitForMessage } from '../support/mailbox.ts'
import { stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

async function connected(options: Parameters<typeof startGateway>[0] = {}) {
  const gateway = await startGateway(options)
  const acme = await gateway.createTenant()
  const extension = await acme.connect(ava)
  const sync = () =>
    acme.query(
      `mutation { syncMessages(input: { extensionId: "${extension.id}" }) { __typename } }`,
    )
  return { gateway, acme, sync }
}

it('a voicemail arrives live with its length and its sound, and its words follow', async () => {
  const { gateway, acme } = await connected()
  const hears = await acme.subscribe(received, { filter: { type: ['VOICEMAIL'] } })
  const changes = await acme.subscribe(changed, { filter: { type: ['VOICEMAIL'] } })
  const textsOnly = await acme.subscribe(received, { filter: { type: ['SMS'] } })
  gateway.simulator.leaveVoicemail({
    from: stranger,
    to: ava.number,
    seconds: 7,
    transcription: 'Call me back',
  })

  const { message } = (await hears.waitFor((data) => data)).messageReceived
  expect(message).toMatchObject({
    type: 'VOICEMAIL',
    direction: 'INBOUND',
    status: 'RECEIVED',
    from: stranger,
    to: [ava.number],
    text: '',
    isRead: false,
    durationSeconds: 7,
    pageCount: null,
    recovered: false,
    attachments: [{ contentType: 'audio/wav', durationSeconds: 7, sizeBytes: 56_044 }],
  })
  const sound = await fetch(message.attachments[0].url)
  expect([sound.status, sound.headers.get('content-type')]).toEqual([200, 'audio/wav'])
  expect((await sound.arrayBuffer()).byteLength).toBe(56_044)

  const written = await changes.waitFor((data) => data.messageChanged.message.text !== '')
  expect(written.messageChanged.message).toMatchObject({ id: message.id, text: 'Call me back' })
  expect(await messagesOf(acme, { type: ['VOICEMAIL'], text: 'call me' })).toHaveLength(1)
  expect(await messagesOf(acme, { type: ['SMS', 'FAX', 'INTERNAL'] })).toEqual([])
  expect(textsOnly.received).toEqual([])
})

it('is written down later as well, and a caller may withhold the number', async () => {
  const { gateway, acme } = await connected()
  gateway.simulator.leaveVoicemail({
    to: ava.number,
    transcription: 'It is me',
    transcribedAfterMs: 6_000,
  })
  await waitForMessage(acme, ({ text }) => text === '')
  const written = await waitForMessage(acme, ({ text }) => text === 'It is me')
  expect(written).toMatchObject({ type: 'VOICEMAIL', from: 'unknown' })
  expect(written.attachments).toHaveLength(1)
})

it('tells once that it was heard, deleted, and brought back', async () => {
  const { gateway, acme, sync } = await connected()
  const changes = await acme.subscribe(changed)
  gateway.simulator.leaveVoicemail({ from: stranger, to: ava.number })
  const { id, rcMessageId, attachments } = await waitForMessage(acme, (one) => one)
  const api = await elsewhere(gateway, ava.extensionId)
  const there = `message-store/${rcMessageId}`

  await api('PUT', there, { readStatus: 'Read' })
  await waitForMessage(acme, ({ isRead }) => isRead)
  await api('DELETE', there)
  const gone = await waitForMessage(acme, ({ deletedAt }) => deletedAt)
  expect(gone).toMatchObject({ id, isRead: true, attachments: [] })
  const media = () =>
    gateway.simulator.ledger().filter(({ path }) => path.includes(`${there}/content`))
  const refused = await fetch(attachments[0].url)
  expect([refused.status, await refused.json()]).toEqual([
    404,
    { error: 'RingCentral does not have it any more' },
  ])
  // RingCentral might still hand out what it has marked as deleted: it is not asked.
  expect(media()).toEqual([])
  await api('PATCH', there, { availability: 'Alive' })
  const back = await waitForMessage(acme, ({ deletedAt }) => deletedAt === null)
  expect(back.attachments).toHaveLength(1)
  expect((await fetch(back.attachments[0].url)).status).toBe(200)
  expect(media()).toHaveLength(1)

  const before = await gateway.db.extension.findFirst()
  await sync()
  await expect
    .poll(async () => (await gateway.db.extension.findFirst())?.messagesSyncedAt)
    .not.toEqual(before?.messagesSyncedAt)
  await changes.waitFor(() => changes.received.length >= 3)
  const told = changes.received.map(({ messageChanged: { message } }: any) => [
    message.isRead,
    message.deletedAt !== null,
  ])
  expect(told).toEqual([
    [true, false],
    [true, true],
    [true, false],
  ])
})

it('whose notification was lost is found by comparing, once, and says so', async () => {
  const time = sharedTime()
  const { gateway, acme, sync } = await connected(time)
  gateway.simulator.planFault({ kind: 'webhook-drop', path: '**' })
  gateway.simulator.leaveVoicemail({ from: stranger, to: ava.number, seconds: 3 })
  await gateway.simulator.settled()
  await time.pass(seconds(30))
  expect(await messagesOf(acme)).toEqual([])
  await sync()
  const found = await waitForMessage(acme, (one) => one)
  expect(found).toMatchObject({ type: 'VOICEMAIL', recovered: true, durationSeconds: 3 })
  const jobs = await createJobRunner(gateway)
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  expect(await jobs.run(syncMessagesJob, { extensionRowId })).toBe('completed')
  expect(await messagesOf(acme)).toHaveLength(1)
  const events = await gateway.db.event.count({ where: { type: 'message.received' } })
  expect(events).toBe(1)
})

it('what RingCentral calls by a name that we do not know is left out, and holds up nothing', async () => {
  const futuristic: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (!String(url).includes('/message-sync')) return response
    const text = (await response.text()).replaceAll('"VoiceMail"', '"Hologram"')
    return new Response(text, { status: response.status, headers: response.headers })
  }
  const { gateway, acme } = await connected({ app: { fetch: futuristic } })
  gateway.simulator.leaveVoicemail({ from: stranger, to: ava.number })
  gateway.simulator.sendFax({ from: stranger, to: ava.number })
  expect(await waitForMessage(acme, (one) => one)).toMatchObject({ type: 'FAX' })
  expect(await messagesOf(acme)).toHaveLength(1)
})
