import { expect, test } from 'vitest'
import { ava, ben, connect, receive, simulate, subscribe } from './harness.ts'

const account = '/restapi/v1.0/account/~'
const presenceOf = (id: string) => `${account}/extension/${id}/presence`

test('presence follows a call', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator)
  const status = async () => {
    const { body } = await api('GET', 'presence?detailedTelephonyState=true')
    return [body.telephonyStatus, body.presenceStatus, body.activeCalls.length]
  }
  expect(await status()).toEqual(['NoCall', 'Available', 0])
  simulator.addCall({ from: '+13105550177', to: '+12025550101' })
  expect(await status()).toEqual(['Ringing', 'Busy', 1])
  await simulator.clock.advance(2500)
  expect(await status()).toEqual(['CallConnected', 'Busy', 1])
  await simulator.clock.advance(10_000)
  expect(await status()).toEqual(['NoCall', 'Available', 0])
})

test('who does not want to be disturbed is not rung, and finds a voicemail with a sound in it', async () => {
  const simulator = await simulate({ limits: false })
  const { address, notifications } = await receive()
  const api = await connect(simulator)
  await subscribe(api, address, ['/restapi/v1.0/account/~/extension/~/voicemail'])
  const set = await api('PUT', 'presence', {
    dndStatus: 'DoNotAcceptAnyCalls',
    message: 'In a meeting',
  })
  expect(set.body).toMatchObject({ presenceStatus: 'Busy', message: 'In a meeting' })

  const [call] = simulator.addCall({ from: '+13105550177', to: '+12025550101', talkMs: 5000 })
  await simulator.clock.advance(60_000)
  await simulator.settled()
  const [message] = (await api('GET', 'message-store?messageType=VoiceMail')).body.records
  const [sound] = message.attachments
  expect(sound).toMatchObject({ type: 'AudioRecording', contentType: 'audio/wav', vmDuration: 5 })
  const content = await api('GET', new URL(sound.uri).pathname)
  expect(content.headers.get('content-type')).toBe('audio/wav')
  expect(content.text.slice(0, 4)).toBe('RIFF')

  const record = (await api('GET', `call-log/${call?.id}`)).body
  expect(record).toMatchObject({ result: 'Voicemail', message: { id: String(message.id) } })
  expect(notifications[0]?.body.body).toMatchObject({
    type: 'Voicemail',
    messageStatus: 'Received',
  })
})

test('colleagues see presence unless told not to, and change only their own', async () => {
  const simulator = await simulate({ limits: false })
  const theirs = await connect(simulator, ben)
  expect((await theirs('GET', presenceOf(ava))).status).toBe(200)
  expect((await theirs('PUT', presenceOf(ava), { userStatus: 'Busy' })).status).toBe(403)
  await (await connect(simulator))('PUT', 'presence', { allowSeeMyPresence: false })
  expect((await theirs('GET', presenceOf(ava))).body.errors[0].errorCode).toBe('PRS-105')
  const wrong = await theirs('PUT', 'presence', { userStatus: 'Asleep' })
  expect([wrong.status, wrong.body.errors[0].parameterName]).toEqual([400, 'userStatus'])
})

test('several are read at once, and all of the account in pages', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator)
  const several = await api('GET', presenceOf(`${ava},${ben},1`))
  expect(several.status).toBe(207)
  expect(several.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=/)
  const parts = several.text.split('--Boundary_RingCentral_207').slice(1, -1)
  expect(parts).toHaveLength(4)
  expect(parts[0]).toContain('"status":404')

  const page = (await api('GET', `${account}/presence?perPage=2`)).body
  expect(page.records).toHaveLength(2)
  expect(page.navigation).toHaveProperty('nextPage')
})

test('of two presence filters, plain and detailed, the detailed one speaks', async () => {
  const simulator = await simulate({ limits: false })
  const { address, notifications } = await receive()
  const api = await connect(simulator)
  const plain = `${account}/extension/~/presence`
  await subscribe(api, address, [
    plain,
    `${plain}?detailedTelephonyState=true`,
    `${account}/presence`,
  ])
  simulator.addCall({ from: '+13105550177', to: '+12025550101' })
  await simulator.clock.advance(60_000)
  await simulator.settled()
  const told = notifications.map(({ body }) => body)
  const detailed = told.filter(({ event }) => event.includes('detailedTelephonyState'))
  expect(detailed.map(({ body }) => body.telephonyStatus)).toEqual([
    'Ringing',
    'Ringing',
    'CallConnected',
    'NoCall',
  ])
  expect(detailed[2].body).toMatchObject({ totalActiveCalls: 1, sequence: 3 })
  expect(told.filter(({ event }) => event.endsWith(`extension/${ava}/presence`))).toEqual([])
  expect(told.filter(({ event }) => event.endsWith('426008/presence'))).toHaveLength(4)
})

test('a telephony session can be read while it goes on', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator)
  const [call] = simulator.addCall({ from: '+12125550102', to: '+12025550101' })
  await simulator.clock.advance(3000)
  const path = `${account}/telephony/sessions/${call?.telephonySessionId}`
  const { body } = await api('GET', path)
  expect(body.parties.map((one: any) => [one.direction, one.status.code])).toEqual([
    ['Outbound', 'Answered'],
    ['Inbound', 'Answered'],
  ])
  await simulator.clock.advance(60_000)
  expect((await api('GET', path)).status).toBe(404)
})
