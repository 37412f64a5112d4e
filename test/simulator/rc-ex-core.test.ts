import RingCentral from '@rc-ex/core'
import { expect, test } from 'vitest'
import type { SimulatorOptions } from '../../simulator/options.ts'
import { ava, consent, receive, redirectUri, simulate } from './harness.ts'

/** The typed client of RingCentral's GitHub organisation, used as its documentation shows. */
async function connectClient(options: SimulatorOptions = {}) {
  const simulator = await simulate(options)
  const { url: server, clientId, clientSecret } = simulator
  const rc = new RingCentral({ server, clientId, clientSecret })
  const { location } = await consent(simulator, { extensionId: ava })
  const code = location?.searchParams.get('code') ?? ''
  await rc.authorize({ code, redirect_uri: redirectUri })
  return { simulator, rc, me: rc.restapi().account().extension() }
}

test('it logs in, refreshes, expires and revokes', async () => {
  const { simulator, rc, me } = await connectClient()
  expect(rc.token?.owner_id).toBe(ava)
  await rc.refresh()
  expect((await me.get()).name).toBe('Ava Hart')
  await simulator.clock.advance(3_600_000)
  await expect(me.get()).rejects.toThrow('OAU-128')
  await rc.refresh()
  await rc.revoke()
  await expect(rc.refresh()).rejects.toThrow()
})

test('it is rate-limited', async () => {
  const { me } = await connectClient()
  for (let calls = 0; calls < 10; calls++) await me.callLog().list()
  const refused = await me
    .callLog()
    .list()
    .catch((error) => error.response)
  expect(refused.status).toBe(429)
  expect(refused.headers['retry-after']).toBe('60')
})

test('it texts, sends a picture, lists and syncs', async () => {
  const { simulator, me } = await connectClient()
  const first = await me.messageSync().get({ syncType: ['FSync'] as never })
  const addressed = { from: { phoneNumber: '+12025550101' }, to: [{ phoneNumber: '+13105550177' }] }
  const sent = await me.sms().post({ ...addressed, text: 'Hello' })
  expect(sent.messageStatus).toBe('Queued')
  const content = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10, 0, 255])
  const mms = await me.mms().post({
    ...addressed,
    text: 'Look',
    attachments: [{ filename: 'dot.png', content, contentType: 'image/png' }],
  })
  const media = mms.attachments?.[1]
  const stored = me.messageStore(String(mms.id)).content(String(media?.id))
  expect(Buffer.from(await stored.get())).toEqual(content)

  await simulator.clock.advance(5000)
  const { records } = await me.messageStore().list({ messageType: ['SMS'] })
  expect(records?.map((one) => one.messageStatus)).toEqual(['Delivered', 'Delivered'])
  const { syncToken } = first.syncInfo ?? {}
  const synced = await me.messageSync().get({ syncType: 'ISync', syncToken } as never)
  expect(synced.records).toHaveLength(2)
})

test('it subscribes, is called, calls, and keeps contacts', async () => {
  const { simulator, rc, me } = await connectClient({ limits: false })
  const { address, notifications } = await receive()
  const filter = '/restapi/v1.0/account/~/extension/~/message-store/instant?type=SMS'
  const subscription = await rc
    .restapi()
    .subscription()
    .post({
      eventFilters: [filter],
      deliveryMode: { transportType: 'WebHook', address } as never,
    })
  simulator.inbound({ from: '+13105550177', to: '+12025550101', text: 'Hi' })
  await simulator.settled()
  expect(notifications[0]?.body.body.subject).toBe('Hi')
  const one = rc.restapi().subscription(subscription.id)
  expect((await one.renew().post()).status).toBe('Active')
  await one.delete()

  const ringOut = await me.ringOut().post({
    from: { phoneNumber: '+12025550101' },
    to: { phoneNumber: '+13105550177' },
  })
  await simulator.clock.advance(5000)
  expect((await me.ringOut(ringOut.id).get()).status?.callStatus).toBe('Success')
  await simulator.clock.advance(60_000)
  expect((await me.callLog().list()).records?.[0]?.action).toBe('RingOut Web')
  const contact = await me.addressBook().contact().post({ firstName: 'Mia' })
  expect((await me.addressBook().contact(String(contact.id)).get()).firstName).toBe('Mia')
  expect((await me.presence().get()).presenceStatus).toBe('Available')
})
