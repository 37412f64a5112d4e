import { expect, test } from 'vitest'
import type { MediaContent, ResponseReport } from '../../src/ringcentral/client.ts'
import { mediaUrlOf } from '../../src/ringcentral/media.ts'
import { clientOf, failureFrom, startRingCentral, startSockets } from './servers.ts'
import { ava, customer, simulated } from './simulated.ts'

const bytesOf = async ({ body }: MediaContent) =>
  Buffer.from(await new Response(body).arrayBuffer())

async function recorded() {
  const reports: ResponseReport[] = []
  const onResponse = (report: ResponseReport) => reports.push(report)
  const world = await simulated({}, { onResponse })
  const plan = { from: customer, to: ava.phoneNumber, talkMs: 3000, recorded: true }
  const [call] = world.simulator.addCall(plan)
  await world.clock.advance(60_000)
  return { ...world, recordingId: call?.recordingId ?? '', reports }
}

test('a recording comes as it is', async () => {
  const { api, recordingId, reports } = await recorded()
  const content = await api.media.content({ recordingId })
  expect(content).toMatchObject({
    status: 200,
    contentType: 'audio/wav',
    contentLength: 24_044,
    contentRange: undefined,
  })
  expect((await bytesOf(content)).subarray(0, 4).toString()).toBe('RIFF')
  expect(reports.at(-1)).toMatchObject({ operation: 'media.recording', status: 200 })
})

test('a range comes alone, and one that is not there is refused', async () => {
  const { api, recordingId } = await recorded()
  const piece = await api.media.content({ recordingId }, { range: 'bytes=8-11' })
  expect(piece).toMatchObject({
    status: 206,
    contentLength: 4,
    contentRange: 'bytes 8-11/24044',
  })
  expect((await bytesOf(piece)).toString()).toBe('WAVE')
  const beyond = api.media.content({ recordingId }, { range: 'bytes=99999-' })
  expect(await failureFrom(beyond)).toMatchObject({
    name: 'RingCentralRefusedError',
    status: 416,
  })
  const nothing = await failureFrom(api.media.content({ recordingId: '1' }))
  expect(nothing).toMatchObject({ name: 'RingCentralRefusedError', status: 404 })
})

test('an attachment comes the same way', async () => {
  const { api, simulator } = await simulated()
  const { id } = simulator.sendFax({ from: customer, to: ava.phoneNumber })
  const [attachment] = (await api.messages.getMessage(id)).attachments
  const source = { messageId: id, attachmentId: attachment?.id ?? '' }
  const content = await api.media.content(source)
  expect(content.contentType).toBe('application/pdf')
  expect((await bytesOf(content)).subarray(0, 5).toString()).toBe('%PDF-')
})

test('the token follows a redirect on its own host, and to no other', async () => {
  await using elsewhere = await startRingCentral(() => ({ body: 'stolen' }))
  await using server = await startRingCentral(({ url }) => {
    const moved = url.endsWith('/1/content') ? '/moved' : elsewhere.serverUrl
    return url === '/moved' ? { body: 'ours' } : { status: 302, headers: { location: moved } }
  })
  const { media } = clientOf(server.serverUrl).api('secret')
  expect((await bytesOf(await media.content({ recordingId: '1' }))).toString()).toBe('ours')
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer secret',
    'Bearer secret',
  ])
  const error = await failureFrom(media.content({ recordingId: '2' }))
  expect(error).toMatchObject({ name: 'RingCentralUnavailableError', reason: 'REDIRECTED' })
  expect(elsewhere.seen).toEqual([])
})

test('H1: another host gets the request without the token', async () => {
  const asked: [string, string | null][] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push([String(input), new Headers(init?.headers).get('authorization')])
    const location = 'https://storage.example/x?signed=1'
    return asked.length > 1 ? new Response('RIFF') : Response.redirect(location)
  }
  const serverUrl = 'https://platform.ringcentral.com'
  const { media } = clientOf(serverUrl, { fetch }).api('secret')
  const content = await media.content({ recordingId: '1' }, { range: 'bytes=0-3' })
  expect((await bytesOf(content)).toString()).toBe('RIFF')
  expect(asked).toEqual([
    [
      expect.stringMatching(/^https:\/\/media\.ringcentral\.com\/.*\/recording\/1\/content$/),
      'Bearer secret',
    ],
    ['https://storage.example/x?signed=1', null],
  ])
})

test('a head that does not come is waited for no longer than told', async () => {
  await using server = await startSockets(() => {})
  const gaveUp = AbortSignal.timeout(50)
  const { media } = clientOf(server.serverUrl).api('t')
  const error = await failureFrom(media.content({ recordingId: '1' }, { signal: gaveUp }))
  expect(error).toMatchObject({ name: 'RingCentralUnavailableError', reason: 'TIMEOUT' })
})

test('a body that breaks off is an error to its reader, and its end can be asked for', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ncontent-length: 100\r\n\r\nRIFF'
  await using server = await startSockets((socket) => {
    socket.once('data', () => socket.write(head, () => setTimeout(() => socket.destroy(), 50)))
  })
  const { media } = clientOf(server.serverUrl).api('t')
  const content = await media.content({ recordingId: '1' })
  expect(content.contentLength).toBe(100)
  expect(await failureFrom(bytesOf(content))).toBeInstanceOf(Error)
  const ended = new AbortController()
  const second = await media.content({ recordingId: '1' }, { signal: ended.signal })
  ended.abort()
  expect(await failureFrom(bytesOf(second))).toHaveProperty('name', 'AbortError')
})

test('media have a host of their own at RingCentral, and nowhere else', () => {
  expect(mediaUrlOf('https://platform.ringcentral.com')).toBe('https://media.ringcentral.com')
  expect(mediaUrlOf('https://platform.ringcentral.biz')).toBe('https://media.ringcentral.biz')
  expect(mediaUrlOf('http://127.0.0.1:4010')).toBe('http://127.0.0.1:4010')
})
