import { SDK } from '@ringcentral/sdk'
import FormData from 'form-data'
import { expect, onTestFinished, test } from 'vitest'
import type { SimulatorOptions } from '../../simulator/options.ts'
import { ava, call, receive, redirectUri, simulate } from './harness.ts'

/** RingCentral's own JavaScript SDK, used as its README shows, and none the wiser. */
const extension = '/restapi/v1.0/account/~/extension/~'

/** What a person does who follows the link and allows. */
async function allow(loginUrl: string): Promise<string> {
  const { searchParams, origin, pathname } = new URL(loginUrl)
  const form = new URLSearchParams(searchParams)
  form.set('extensionId', ava)
  form.set('decision', 'allow')
  const answer = await call(origin + pathname, { method: 'POST', body: form })
  return new URL(answer.headers.get('location') ?? '').search
}

async function connectSdk(options: SimulatorOptions = {}) {
  const simulator = await simulate(options)
  const { url: server, clientId, clientSecret } = simulator
  const sdk = new SDK({ server, clientId, clientSecret, redirectUri })
  const platform = sdk.platform()
  onTestFinished(async () => void (await platform.auth().cancelAccessToken()))
  const answer = await allow(platform.loginUrl({ usePKCE: true }))
  const login = platform.parseLoginRedirect(answer)
  await platform.login({ ...login, code_verifier: platform.codeVerifier })
  const get = async (path: string, query?: object) => (await platform.get(path, query)).json()
  const post = async (path: string, body?: object) => (await platform.post(path, body)).json()
  return { simulator, platform, get, post }
}

test('it logs in with a code and PKCE, refreshes, outlives an hour, and logs out', async () => {
  const { simulator, platform, get } = await connectSdk()
  expect(await platform.loggedIn()).toBe(true)
  expect(await get(extension)).toMatchObject({ name: 'Ava Hart' })
  const before = (await platform.auth().data()).access_token
  await platform.refresh()
  expect((await platform.auth().data()).access_token).not.toBe(before)

  // The server's hour is over, and the client has not noticed: it meets a 401, refreshes and repeats.
  await simulator.clock.advance(3_600_000)
  expect(await get(extension)).toMatchObject({ name: 'Ava Hart' })

  await platform.logout()
  expect(await platform.loggedIn()).toBe(false)
  await expect(get(extension)).rejects.toThrow()
})

test('it is rate-limited, and told for how long', async () => {
  const { platform, get } = await connectSdk()
  const limited: (number | undefined)[] = []
  platform.on(platform.events.rateLimitError, (error) =>
    limited.push((error as { retryAfter?: number }).retryAfter),
  )
  for (let calls = 0; calls < 10; calls++) await get(`${extension}/call-log`)
  await expect(get(`${extension}/call-log`)).rejects.toThrow('Request rate exceeded')
  expect(limited).toEqual([60_000])
})

test('it texts, sends a picture, lists and syncs', async () => {
  const { simulator, platform, get, post } = await connectSdk()
  const first = await get(`${extension}/message-sync`, { syncType: 'FSync' })
  const addressed = { from: { phoneNumber: '+12025550101' }, to: [{ phoneNumber: '+13105550177' }] }
  const sent = await post(`${extension}/sms`, { ...addressed, text: 'Hello' })
  expect(sent.messageStatus).toBe('Queued')

  const form = new FormData()
  const json = Buffer.from(JSON.stringify({ ...addressed, text: 'Look' }))
  form.append('json', json, { filename: 'request.json', contentType: 'application/json' })
  const picture = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 255])
  form.append('attachment', picture, { filename: 'dot.png', contentType: 'image/png' })
  const mms = await (await platform.post(`${extension}/sms`, form)).json()
  const { uri } = mms.attachments[1]
  expect(Buffer.from(await (await platform.get(uri)).arrayBuffer())).toEqual(picture)

  await simulator.clock.advance(5000)
  const list = await get(`${extension}/message-store`, {
    messageType: ['SMS'],
    direction: 'Outbound',
  })
  expect(list.records.map((one: any) => one.messageStatus)).toEqual(['Delivered', 'Delivered'])
  const { syncToken } = first.syncInfo
  const synced = await get(`${extension}/message-sync`, { syncType: 'ISync', syncToken })
  expect(synced.records).toHaveLength(2)
  await platform.put(`${extension}/message-store/${sent.id}`, { readStatus: 'Unread' })
  await platform.delete(`${extension}/message-store/${sent.id}`)
})

test('it subscribes, is called, calls, and keeps contacts', async () => {
  const { simulator, platform, get, post } = await connectSdk({ limits: false })
  const { address, notifications } = await receive()
  const subscription = await post('/restapi/v1.0/subscription', {
    eventFilters: [
      `${extension}/message-store/instant?type=SMS`,
      `${extension}/telephony/sessions`,
    ],
    deliveryMode: { transportType: 'WebHook', address },
  })
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Hi' })
  const ringOut = await post(`${extension}/ring-out`, {
    from: { phoneNumber: '+12025550101' },
    to: { phoneNumber: '+13105550177' },
    playPrompt: false,
  })
  await simulator.clock.advance(5000)
  expect((await get(`${extension}/ring-out/${ringOut.id}`)).status.callStatus).toBe('Success')
  await simulator.clock.advance(60_000)
  await simulator.settled()
  expect(notifications[0]?.body.body.subject).toBe('Hi')
  expect(notifications.at(-1)?.body.body.parties[0].status.code).toBe('Disconnected')
  await platform.post(`/restapi/v1.0/subscription/${subscription.id}/renew`)
  await platform.delete(`/restapi/v1.0/subscription/${subscription.id}`)

  const calls = (await get(`${extension}/call-log`, { view: 'Detailed' })).records
  expect(calls[0]).toMatchObject({ action: 'RingOut Web', result: 'Call connected' })
  const contact = await post(`${extension}/address-book/contact`, { firstName: 'Mia' })
  expect((await get(`${extension}/address-book/contact/${contact.id}`)).firstName).toBe('Mia')
})
