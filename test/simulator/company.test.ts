import { expect, test } from 'vitest'
import { ava, ben, call, connect, login, simulate } from './harness.ts'

const account = '/restapi/v1.0/account/~'

test('a page reaches colleagues at once, and an answer finds its way back', async () => {
  const simulator = await simulate()
  const [api, theirs] = [await connect(simulator), await connect(simulator, ben)]
  const sent = await api('POST', 'company-pager', {
    to: [{ extensionNumber: '102' }],
    text: 'Lunch?',
  })
  expect(sent.body).toMatchObject({
    type: 'Pager',
    to: [{ extensionNumber: '102', extensionId: ben }],
  })
  const [arrived] = (await theirs('GET', 'message-store?messageType=Pager')).body.records
  expect(arrived).toMatchObject({
    subject: 'Lunch?',
    from: { extensionNumber: '101' },
    readStatus: 'Unread',
  })
  expect(arrived.from).not.toHaveProperty('phoneNumber')
  const answer = await theirs('POST', 'company-pager', { replyOn: arrived.id, text: 'Yes' })
  expect(answer.body.to).toMatchObject([{ extensionId: ava }])
  expect(answer.body.conversation.id).toBe(arrived.conversation.id)
  const nobody = await api('POST', 'company-pager', {
    to: [{ extensionNumber: '999' }],
    text: 'Hi',
  })
  expect([nobody.status, nobody.body.errors[0].errorCode]).toEqual([400, 'CMN-102'])
  expect(simulator.outbox()).toEqual([])
})

test('features follow from the numbers, and can be asked for one by one', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const [sms] = (await api('GET', 'features?featureId=SMSSending')).body.records
  expect(sms).toEqual({ id: 'SMSSending', available: true })
  const all = (await api('GET', 'features')).body.records
  expect(all).toContainEqual(
    expect.objectContaining({ id: 'HighVolumeSMS', available: false, reason: expect.anything() }),
  )
  const available = (await api('GET', 'features?availableOnly=true')).body.records
  expect(available.length).toBeLessThan(all.length)
})

test('a number tells whether carriers know its sender, and texts fail when they do not', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const number = simulator.numbers().find((one) => one.phoneNumber === '+12025550101')
  const read = async () => (await api('GET', `phone-number/${number?.id}/sms-configuration`)).body
  expect(await read()).toMatchObject({ smsCampaignInfo: { status: 'Confirmed' } })
  simulator.setCampaign('+12025550101', 'Unregistered')
  expect(await read()).not.toHaveProperty('smsBrandInfo')
  const text = {
    from: { phoneNumber: '+12025550101' },
    to: [{ phoneNumber: '+13105550177' }],
    text: 'Hi',
  }
  const { body } = await api('POST', 'sms', text)
  await simulator.clock.advance(2000)
  expect((await api('GET', `message-store/${body.id}`)).body).toMatchObject({
    messageStatus: 'SendingFailed',
    deliveryErrorCode: 'SMS-UP-414',
  })
})

test('one number of the account is for administrators', async () => {
  const simulator = await simulate()
  const path = `${account}/phone-number/1162820005`
  expect((await (await connect(simulator))('GET', path)).body.phoneNumber).toBe('+12025550101')
  expect((await (await connect(simulator, ben))('GET', path)).status).toBe(403)
})

test('a call log is deleted, and tells of it to those who ask', async () => {
  const simulator = await simulate({ limits: false })
  const api = await connect(simulator, ben)
  await simulator.clock.advance(10_000)
  const { syncToken } = (await api('GET', 'call-log-sync?syncType=FSync&showDeleted=true')).body
    .syncInfo
  const [first, ...others] = (await api('GET', 'call-log')).body.records
  await simulator.clock.advance(10_000)
  const until = new Date(Date.parse(others[0].startTime) + 1000).toISOString()
  expect((await api('DELETE', `call-log?dateTo=${until}`)).status).toBe(204)
  expect((await api('GET', 'call-log')).body.records.map((one: any) => one.id)).toEqual([first.id])
  const shown = (await api('GET', 'call-log?showDeleted=true')).body.records
  expect(shown.filter((one: any) => one.deleted)).toHaveLength(others.length)
  const synced = (await api('GET', `call-log-sync?syncType=ISync&syncToken=${syncToken}`)).body
    .records
  expect(synced).toHaveLength(others.length)
})

test('several records come at once, as parts or as an array', async () => {
  const simulator = await simulate({ limits: false })
  const { access_token: token } = (await login(simulator)).body
  const ids = ['A', 'B'].map(
    (text) => simulator.inbound({ from: '+13105550177', to: '+12025550101', text })[0]?.id,
  )
  const several = (method: string, list: unknown[], accept: string, body?: object) =>
    call(`${simulator.url}${account}/extension/~/message-store/${list.join(',')}`, {
      method,
      headers: { authorization: `Bearer ${token}`, accept, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
  const asArray = 'application/vnd.ringcentral.multipart+json'
  const listed = await several('GET', [...ids, 1], asArray)
  expect(listed.body.map((one: any) => one.status)).toEqual([200, 200, 404])
  expect((await several('GET', ids, '*/*')).headers.get('content-type')).toContain(
    'multipart/mixed',
  )
  expect((await several('PUT', ids, asArray, { readStatus: 'Read' })).body[1].body.readStatus).toBe(
    'Read',
  )
  expect((await several('DELETE', [...ids, 1], asArray)).status).toBe(207)
  expect((await several('DELETE', ids, asArray)).status).toBe(204)
})

test('a POST can stand for another method', async () => {
  const simulator = await simulate()
  const { access_token: token } = (await login(simulator)).body
  const post = (query: string, headers: Record<string, string> = {}) =>
    call(`${simulator.url}${account}/extension/~/presence${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ userStatus: 'Busy' }),
    })
  expect((await post('', { 'x-http-method-override': 'PUT' })).body.userStatus).toBe('Busy')
  expect((await post('?_method=GET')).body.userStatus).toBe('Busy')
  expect((await post('?_method=GET', { 'x-http-method-override': 'PUT' })).status).toBe(400)
})
