import { expect, test } from 'vitest'
import { apiWith, ava, ben, call, login, simulate } from './harness.ts'

const picture = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0, 255, 128, 13, 10, 45, 45])

/** Ava's MMS to Ben, with the picture. */
async function sendPicture(
  limits: false | undefined = false,
  parts = [{ type: 'image/png', bytes: picture }],
) {
  const simulator = await simulate({ limits })
  const { access_token: token } = (await login(simulator)).body
  const form = new FormData()
  const json = {
    from: { phoneNumber: '+12025550101' },
    to: [{ phoneNumber: '+12125550102' }],
    text: 'Look',
  }
  form.append('json', new Blob([JSON.stringify(json)], { type: 'application/json' }))
  for (const { type, bytes } of parts)
    form.append('attachment', new Blob([bytes], { type }), 'dot.png')
  const sent = await call(`${simulator.url}/restapi/v1.0/account/~/extension/~/mms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  })
  return { simulator, token, sent }
}

test('the bytes of a picture arrive with the colleague, whole and in ranges', async () => {
  const { simulator, sent } = await sendPicture()
  expect(sent.status).toBe(200)
  await simulator.clock.advance(2000)
  const { access_token: token } = (await login(simulator, ben)).body
  const [message] = (await apiWith(simulator, token)('GET', 'message-store')).body.records
  const [words, media] = message.attachments
  const fetchBytes = async (uri: string, headers = {}) => {
    const response = await fetch(uri, { headers: { authorization: `Bearer ${token}`, ...headers } })
    return { response, bytes: new Uint8Array(await response.arrayBuffer()) }
  }
  expect((await fetchBytes(words.uri)).bytes).toEqual(new TextEncoder().encode('Look'))
  const whole = await fetchBytes(media.uri)
  expect(whole.bytes).toEqual(picture)
  expect(whole.response.headers.get('content-type')).toBe('image/png')
  const part = await fetchBytes(media.uri, { range: 'bytes=1-3' })
  expect([part.response.status, part.response.headers.get('content-range')]).toEqual([
    206,
    'bytes 1-3/15',
  ])
  expect(new TextDecoder().decode(part.bytes)).toBe('PNG')
  expect((await fetchBytes(media.uri, { range: 'bytes=-2' })).bytes).toEqual(picture.subarray(13))
  expect((await fetchBytes(media.uri, { range: 'bytes=99-' })).response.status).toBe(416)
  const inUrl = await fetch(`${media.uri}?access_token=${token}&contentDisposition=Attachment`)
  expect(inUrl.headers.get('content-disposition')).toBe('attachment; filename="dot.png"')
})

test.each([
  ['nothing in it', 400, 'MSG-347', [{ type: 'image/png', bytes: new Uint8Array() }]],
  ['a program in it', 415, 'MSG-348', [{ type: 'application/x-msdownload', bytes: picture }]],
  ['too much in it', 400, 'MSG-337', [{ type: 'image/png', bytes: new Uint8Array(1_500_001) }]],
  [
    'too much in all of it',
    400,
    'MSG-376',
    Array(3).fill({ type: 'image/png', bytes: new Uint8Array(600_000) }),
  ],
  ['eleven attachments', 400, 'MSG-379', Array(11).fill({ type: 'image/png', bytes: picture })],
])('a message with %s answers %i %s', async (_what, status, code, parts) => {
  const { sent } = await sendPicture(false, parts)
  expect([sent.status, sent.body.errors[0].errorCode]).toEqual([status, code])
})

test('a picture from outside arrives too', async () => {
  const simulator = await simulate()
  const base64 = Buffer.from(picture).toString('base64')
  const media = [{ contentType: 'image/png', fileName: 'dot.png', base64 }]
  const [message] = simulator.inbound({ from: '+13105550177', to: '+12025550101', text: '', media })
  expect(message?.extensionId).toBe(ava)
  expect(message?.attachments[0]?.content).toEqual(picture)
})
