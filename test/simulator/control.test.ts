import { expect, test } from 'vitest'
import { ava, call, connect, control, simulate, text } from './harness.ts'

test('a text is made to arrive, and a wrong number is answered with the right ones', async () => {
  const simulator = await simulate()
  const arrived = await control(simulator, 'inbound', {
    from: '+13105550177',
    to: '+12025550101',
    text: 'Hi',
  })
  expect(arrived.status).toBe(200)
  expect(arrived.body).toMatchObject({
    direction: 'Inbound',
    messageStatus: 'Received',
    subject: 'Hi',
  })
  const astray = await control(simulator, 'inbound', {
    from: '+13105550177',
    to: '+12025550199',
    text: 'Hi',
  })
  expect(astray.status).toBe(400)
  expect(astray.body.error).toContain('+12025550101 (Ava Hart)')
})

test('JSON is taken for what it is, even where curl calls it a form', async () => {
  const simulator = await simulate()
  const arrived = await call(`${simulator.url}/simulator/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: JSON.stringify({ from: '+13105550177', to: '+12025550101', text: 'Hi' }),
  })
  expect(arrived.body).toMatchObject({ subject: 'Hi' })
})

test('the control paths answer to this machine, and not to other sites in its browsers', async () => {
  const simulator = await simulate()
  const headers = { 'sec-fetch-site': 'cross-site' }
  const { status } = await call(`${simulator.url}/simulator/faults`, { method: 'DELETE', headers })
  expect(status).toBe(403)
})

test('the page shows what went on, and its form works without a script', async () => {
  const simulator = await simulate()
  const body = new URLSearchParams({ from: '+13105550177', to: '+12025550101', text: '<b>Hi</b>' })
  const posted = await call(`${simulator.url}/simulator/inbound`, { method: 'POST', body })
  expect(posted.status).toBe(303)
  await text(await connect(simulator), '+13105550199')
  const page = await call(`${simulator.url}/simulator`)
  expect(page.text).toContain('&lt;b&gt;Hi&lt;/b&gt;')
  expect(page.text).toContain('+13105550199')
  expect(page.text).toContain('1 of 5')
})

test('the clock can be moved from outside', async () => {
  const simulator = await simulate()
  const before = simulator.clock.now()
  const moved = await control(simulator, 'clock', { advance: 3_600_000 })
  expect(Date.parse(moved.body.now)).toBe(before + 3_600_000)
  expect((await control(simulator, 'clock', { speed: 60, hold: false })).body).toMatchObject({
    held: false,
    speed: 60,
  })
  expect((await control(simulator, 'clock', {})).status).toBe(400)
})

test('the ledger tells who asked what, and no secret', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  await text(api, '+13105550177')
  const { body, text: raw } = await call(`${simulator.url}/simulator/ledger`)
  expect(body.at(-1)).toMatchObject({
    direction: 'in',
    method: 'POST',
    status: 200,
    extensionId: ava,
  })
  expect(raw).not.toMatch(/U0pDMTFQMDFQQVMwMHxBQU/)
})

test('a call is made to appear', async () => {
  const simulator = await simulate()
  const ringing = await control(simulator, 'calls', { from: '+13105550177', to: '+12025550101' })
  expect(ringing.body).toMatchObject([{ direction: 'Inbound', result: 'In Progress' }])
  const nobody = await control(simulator, 'calls', { from: '+13105550177', to: '+13105550178' })
  expect(nobody.body.error).toContain('There are +12025550100')
})

test('newcomers get an extension, a number and a login', async () => {
  const simulator = await simulate()
  const account = simulator.addAccount({ name: 'Elsewhere', mainNumber: '+13125550100' })
  const dana = simulator.addExtension({
    accountId: account,
    firstName: 'Dana',
    lastName: 'Reed',
    admin: true,
    phoneNumbers: ['+13125550101'],
  })
  const api = await connect(simulator, dana.id)
  const numbers = (await api('GET', 'phone-number')).body.records
  expect(numbers).toMatchObject([{ phoneNumber: '+13125550101', usageType: 'DirectNumber' }])
  expect((await api('GET', `/restapi/v1.0/account/~/extension/${ava}`)).status).toBe(404)
  expect((await api('GET', '/restapi/v1.0/account/400131426008')).status).toBe(403)
})

test('the default world has one number that is not ready and one that nobody may text from', async () => {
  const simulator = await simulate()
  const all = simulator.numbers()
  expect(all.filter((one) => one.status !== 'Normal').map((one) => one.phoneNumber)).toEqual([
    '+12125550112',
  ])
  const shown = (await (await connect(simulator))('GET', 'phone-number')).body.records
  const sendable = shown.filter((one: { features: string[] }) => one.features.includes('SmsSender'))
  expect(sendable.map((one: { phoneNumber: string }) => one.phoneNumber)).toEqual(['+12025550101'])
})

test('a button on the page breaks what it says, and another one mends it', async () => {
  const simulator = await simulate()
  const api = await connect(simulator)
  const press = (button: string) => {
    const body = new URLSearchParams({ button, person: '+13105550177', number: '+12025550101' })
    return call(`${simulator.url}/simulator/press`, { method: 'POST', body })
  }
  expect((await press('send-500')).headers.get('location')).toContain('person=%2B13105550177')
  expect((await text(api, '+13105550177')).status).toBe(500)
  expect(simulator.outbox()).toHaveLength(1)
  await press('api-down')
  await press('clear')
  expect((await api('GET', 'message-store')).status).toBe(200)
  await press('revoke')
  expect((await api('GET', 'message-store')).status).toBe(401)
  const before = simulator.clock.now()
  await press('day')
  expect(simulator.clock.now()).toBe(before + 24 * 3_600_000)
  expect((await press('volcano')).status).toBe(400)
})

test('the page shows phones: who is texted, who rings, what failed', async () => {
  const simulator = await simulate()
  await text(await connect(simulator), '+12025554411')
  await control(simulator, 'calls', { from: '+13105550177', to: '+12125550102' })
  await simulator.clock.advance(1500)
  const view = 'person=%2B12025554411&number=%2B12025550101'
  const page = (await call(`${simulator.url}/simulator?${view}`)).text
  expect(page).toContain('DeliveryFailed · SMS-CAR-411')
  expect(page).toContain('☎ Rings · from +13105550177')
  expect(page).toMatch(/<meter[^>]*value="1"/)
})

test('the world is changed over HTTP too, and nonsense is answered with the reason', async () => {
  const simulator = await simulate()
  const dana = await control(simulator, 'extensions', { firstName: 'Dana', lastName: 'Reed' })
  const extensionId = String(dana.body.id)
  const phoneNumber = '+13125550101'
  expect((await control(simulator, 'numbers', { phoneNumber, extensionId })).status).toBe(204)
  const patch = (path: string, body: object) =>
    call(`${simulator.url}/simulator/${path}`, { method: 'PATCH', body: JSON.stringify(body) })
  await patch(`numbers/${phoneNumber}`, { campaign: 'CampaignSuspended', extensionId: ava })
  expect(simulator.numbers().find((one) => one.phoneNumber === phoneNumber)).toMatchObject({
    extensionId: ava,
    campaign: 'CampaignSuspended',
  })
  expect((await patch(`extensions/${extensionId}`, { status: 'Frozen' })).status).toBe(204)
  const wrong = await patch(`numbers/${phoneNumber}`, { campaign: 'Great' })
  expect([wrong.status, wrong.body.error.slice(0, 9)]).toEqual([400, 'campaign:'])
  expect((await control(simulator, 'subscriptions/none/blacklist', {})).body.error).toContain(
    'none',
  )
})

test('the app is registered for less, and a right is taken from a user and given back', async () => {
  const simulator = await simulate()
  const change = async (path: string, body: object) => {
    const { status, body: told } = await call(`${simulator.url}/simulator/${path}`, {
      method: 'PATCH',
      body: JSON.stringify(body),
    })
    return { status, told }
  }
  const before = await connect(simulator)
  const scope = ['ReadAccounts', 'ReadPresence']
  expect(await change('app', { scope: scope.join(' ') })).toEqual({ status: 200, told: { scope } })
  expect((await change('app', { scope: 'Nonsense' })).status).toBe(400)
  const after = await connect(simulator)
  const refusal = async (api: typeof before, path: string) => {
    const { status, body } = await api('GET', path)
    return [status, body.errors?.[0]?.errorCode, body.errors?.[0]?.permissionName]
  }
  expect((await refusal(before, 'call-log'))[0]).toBe(200)
  expect(await refusal(after, 'call-log')).toEqual([403, 'CMN-401', 'ReadCallLog'])

  const lacks = (names: string[]) => change(`extensions/${ava}`, { lacks: names })
  expect((await lacks(['ReadPresenceStatus'])).status).toBe(204)
  expect(await refusal(after, 'presence')).toEqual([403, 'CMN-408', 'ReadPresenceStatus'])
  expect((await lacks(['Nonsense'])).status).toBe(400)
  await lacks([])
  expect((await refusal(after, 'presence'))[0]).toBe(200)
})
