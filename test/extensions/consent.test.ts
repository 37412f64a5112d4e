import { expect, test } from 'vitest'
import { ava, ben, startGateway, type TestTenant } from '../support/gateway.ts'
import { allowAtRingCentral, createBrowser } from '../support/person.ts'
import { change } from '../support/settings.ts'

const createToken = 'mutation { result: createConnectToken { ... on ConnectToken { connectUrl } } }'

async function newLink(tenant: TestTenant): Promise<string> {
  return (await tenant.query(createToken)).result.connectUrl
}

/** What a page lists. */
const listed = (html: string) =>
  [...html.matchAll(/<li>(.*?)<\/li>/g)].map(([, line]) => line?.replaceAll('&#39;', "'"))

test('the link’s page asks for what the tenant has on and the app is registered for', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  const asked = async () => listed((await createBrowser().open(await newLink(acme))).html)

  // Nobody has connected: what the app is registered for is not known, so it is all that is on.
  const all = [
    'send texts from your numbers, and read your texts',
    'see and set who wants no more texts from your numbers',
    'send messages to your colleagues, and read theirs to you',
    'listen to your voicemails',
    'read your faxes',
    'read your call log; if you are an administrator, that of your company',
    'see your calls while they go on',
    'start calls from your phone',
    'hang up, hold, mute and transfer your calls',
    'listen to recordings of your calls',
    'see and change whether you are free',
    'read and change your contacts',
    'read the directory of your company',
    'see and change your name, mail address and job; see your extension and numbers',
  ]
  expect(await asked()).toEqual(all)
  await change(acme, { disable: ['CALL_CONTROL', 'RECORDINGS', 'FAX', 'INTERNAL_MESSAGES'] })
  const fewer = all.filter((line) => !/colleagues|faxes|start calls|hang up|recordings/.test(line))
  expect(await asked()).toEqual(fewer)

  // The app is registered for less, which is known from the first who connects.
  const scope = [
    'ReadAccounts',
    'ReadMessages',
    'ReadContacts',
    'ReadPresence',
    'SubscriptionWebhook',
  ]
  gateway.simulator.registerScope(scope)
  const page = await allowAtRingCentral(await newLink(acme), ava.extensionId)
  const least = [
    'read your texts',
    'listen to your voicemails',
    'see whether you are free',
    'read your contacts',
    'read the directory of your company',
    'see your name, mail address, extension and numbers',
  ]
  const [able = '', unable = ''] = page.html.split('RingCentral did not let it')
  expect(listed(able)).toEqual(least)
  expect(listed(unable)).toEqual([
    'send texts from your numbers, and read your texts',
    'see and set who wants no more texts from your numbers',
    'read your call log; if you are an administrator, that of your company',
    'see your calls while they go on',
    'see and change whether you are free',
    'read and change your contacts',
  ])
  expect(await asked()).toEqual(least)
})

test('who says no is not told that nothing is connected, when something is', async () => {
  const gateway = await startGateway()
  const acme = await gateway.createTenant()
  await acme.connect(ben)
  const browser = createBrowser()
  const { location } = await browser.begin(await newLink(acme))
  const page = await browser.open(await browser.consent(location, ben.extensionId, 'refuse'))
  expect(page.html).toContain('if your extension was connected to Acme before, it still is')
  expect(page.html).not.toContain('has no access')
})
