/** Whether a text may be sent again depends on where exactly the connection broke. */
import { expect, test } from 'vitest'
import {
  RingCentralInDoubtError,
  RingCentralRefusedError,
  RingCentralUnavailableError,
} from '../../src/ringcentral/errors.ts'
import { failureOf } from '../../src/ringcentral/failure.ts'
import { clientOf, failureFrom, startSockets } from './servers.ts'

const sms = { from: '+15550100', to: ['+15550101'], text: 'Hello' }
const sendTo = (serverUrl: string) =>
  failureFrom(clientOf(serverUrl).api('token').messages.sendSms(sms))
const readFrom = (serverUrl: string) =>
  failureFrom(clientOf(serverUrl).api('token').account.getAccount())

const cut = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"id":'
const cutRefusal = 'HTTP/1.1 403 Forbidden\r\ncontent-length: 900\r\n\r\n{"errorCode":'

test('a refused connection is unavailable, also for a send', async () => {
  const sockets = await startSockets(() => {})
  await sockets[Symbol.asyncDispose]()
  const error = await sendTo(sockets.serverUrl)
  expect(error).toBeInstanceOf(RingCentralUnavailableError)
  expect(error).toMatchObject({ reason: 'ECONNREFUSED', operation: 'messages.sendSms' })
})

test('a name that does not resolve is unavailable', async () => {
  const error = await sendTo('http://ringcentral.invalid')
  expect(error).toBeInstanceOf(RingCentralUnavailableError)
  expect(error).toMatchObject({ reason: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) })
})

test.each([
  ['reset', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
  ['closed', (socket: import('node:net').Socket) => socket.destroy()],
  [
    'answered in the clear',
    (socket: import('node:net').Socket) => socket.end('no TLS here\r\n\r\n'),
  ],
])('a TLS handshake that is %s is unavailable: the text stayed with us', async (_name, end) => {
  await using sockets = await startSockets((socket) => socket.once('data', () => end(socket)))
  const error = await sendTo(`https://127.0.0.1:${sockets.port}`)
  expect(error).toBeInstanceOf(RingCentralUnavailableError)
})

test.each([
  [
    'reset after the request',
    (socket: import('node:net').Socket) => socket.resetAndDestroy(),
    'ECONNRESET',
  ],
  [
    'closed after the request',
    (socket: import('node:net').Socket) => socket.destroy(),
    'UND_ERR_SOCKET',
  ],
  ['cut off within the answer', (socket: import('node:net').Socket) => socket.end(cut), undefined],
  [
    'answered with garbage',
    (socket: import('node:net').Socket) => socket.end('garbage\r\n\r\n'),
    undefined,
  ],
])(
  'a connection that is %s leaves a send in doubt and a read unavailable',
  async (_name, end, reason) => {
    await using sockets = await startSockets((socket) => socket.once('data', () => end(socket)))
    const sent = await sendTo(sockets.serverUrl)
    expect(sent).toBeInstanceOf(RingCentralInDoubtError)
    if (reason) expect(sent).toMatchObject({ reason })
    expect(await readFrom(sockets.serverUrl)).toBeInstanceOf(RingCentralUnavailableError)
  },
)

test('a connection that is closed at once leaves a send in doubt: its bytes may have left us', async () => {
  await using sockets = await startSockets((socket) => socket.destroy())
  expect(await sendTo(sockets.serverUrl)).toBeInstanceOf(RingCentralInDoubtError)
})

test('a connection that is reset at once is unavailable only if connecting itself failed', async () => {
  await using sockets = await startSockets((socket) => socket.resetAndDestroy())
  for (let i = 0; i < 20; i++) {
    // Which of the two depends on when the reset arrives: the system may still report it to
    // `connect`.
    const cause = await failureFrom(fetch(sockets.serverUrl, { method: 'POST', body: 'x' }))
    const { syscall } = (cause as { cause: { syscall?: string } }).cause
    expect(failureOf(cause).unsent).toBe(syscall === 'connect')
  }
})

test('a refusal stays one when its explanation breaks off', async () => {
  await using sockets = await startSockets((socket) => {
    socket.once('data', () => socket.end(cutRefusal))
  })
  const error = await sendTo(sockets.serverUrl)
  expect(error).toBeInstanceOf(RingCentralRefusedError)
  expect(error).toMatchObject({ status: 403, code: undefined })
})

test('silence becomes a timeout: a send in doubt, a read unavailable', async () => {
  await using sockets = await startSockets(() => {})
  const impatient: typeof fetch = (url, init) =>
    fetch(url, { ...init, signal: AbortSignal.timeout(150) })
  const api = clientOf(sockets.serverUrl, { fetch: impatient }).api('token')
  const sent = await failureFrom(api.messages.sendSms(sms))
  expect(sent).toBeInstanceOf(RingCentralInDoubtError)
  expect(sent).toMatchObject({ reason: 'TIMEOUT' })
  const read = await failureFrom(api.account.getAccount())
  expect(read).toBeInstanceOf(RingCentralUnavailableError)
  expect(read).toMatchObject({ reason: 'TIMEOUT' })
})

test('an answer that drips in too slowly is a timeout too', async () => {
  await using sockets = await startSockets((socket) => {
    socket.once('data', () => socket.write(cut))
  })
  const impatient: typeof fetch = (url, init) =>
    fetch(url, { ...init, signal: AbortSignal.timeout(150) })
  const api = clientOf(sockets.serverUrl, { fetch: impatient }).api('token')
  const error = await failureFrom(api.messages.sendSms(sms))
  expect(error).toBeInstanceOf(RingCentralInDoubtError)
  expect(error).toMatchObject({ reason: 'TIMEOUT', status: 200 })
})

test('the client sets its own time limits: 20 s for a send, 10 s for the rest', async () => {
  const limits: number[] = []
  const timeout = AbortSignal.timeout
  AbortSignal.timeout = (ms) => {
    limits.push(ms)
    return timeout.call(AbortSignal, ms)
  }
  try {
    await sendTo('http://ringcentral.invalid')
    await readFrom('http://ringcentral.invalid')
  } finally {
    AbortSignal.timeout = timeout
  }
  expect(limits).toEqual([20_000, 10_000])
})

test.each([
  ['ECONNREFUSED', true],
  ['ENOTFOUND', true],
  ['EAI_AGAIN', true],
  ['UND_ERR_CONNECT_TIMEOUT', true],
  ['CERT_HAS_EXPIRED', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', true],
  ['ECONNRESET', false],
  ['EPIPE', false],
  ['ETIMEDOUT', false],
  ['UND_ERR_SOCKET', false],
  ['UND_ERR_HEADERS_TIMEOUT', false],
  ['UND_ERR_BODY_TIMEOUT', false],
  ['SOMETHING_NEW', false],
])('from a fetch that is not Node’s, %s alone proves nothing sent: %s', (code, unsent) => {
  const error = new TypeError('fetch failed', { cause: Object.assign(new Error(), { code }) })
  expect(failureOf(error)).toEqual({ reason: code, unsent })
})
