import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { sweepConsentsJob, syncConsentsJob } from '../../src/consents/jobs.ts'
import { minutes } from '../../src/lib/clock.ts'
import { setConsent, waitForConsent } from '../support/consents.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { elsewhere } from '../support/mailbox.ts'
import { allowAtRingCentral } from '../support/person.ts'
import { capabilitiesOf } from '../support/settings.ts'
import { sharedTime } from '../support/time.ts'

const path = '/restapi/v2/accounts/~/sms/consents'
const other = '+14155550201'
const pair = { number: ava.number, other }
const set = (status: string) => ({ number: ava.number, other, status })

/** The way to RingCentral, on which what it is told of consents can be held up. */
function createRoad() {
  const road = { closed: false, waiting: 0 }
  const travel: typeof fetch = async (url, init) => {
    if (init?.method === 'PATCH' && String(url).endsWith(path)) {
      road.waiting += 1
      while (road.closed) await sleep(5)
    }
    return fetch(url, init)
  }
  return { road, travel }
}

describe('what RingCentral is told', () => {
  let way: ReturnType<typeof createRoad>
  let time: ReturnType<typeof sharedTime>
  let gateway: Gateway
  let acme: TestTenant
  let jobs: Awaited<ReturnType<typeof createJobRunner>>

  beforeEach(async () => {
    way = createRoad()
    time = sharedTime({ app: { fetch: way.travel } })
  })

  async function start(simulator: object = {}) {
    gateway = await startGateway({ ...time, simulator: { ...time.simulator, ...simulator } })
    acme = await gateway.createTenant()
    await acme.connect(ava)
    jobs = await createJobRunner(gateway)
    await jobs.idle()
  }
  const statusAtRingCentral = async (to = other) => {
    const rc = await elsewhere(gateway, ava.extensionId)
    const { body } = await rc('POST', `${path}/search`, { from: [ava.number], to: [to] })
    return body.records[0]?.optStatus
  }

  it('while somebody texts STOP does not lift it, here or there', async () => {
    await start()
    await setConsent(acme, set('OPTED_OUT'))
    await waitForConsent(acme, pair, ({ mirrored }) => mirrored)
    way.road.closed = true
    way.road.waiting = 0
    await setConsent(acme, set('OPTED_IN'))
    await expect.poll(() => way.road.waiting).toBe(1)
    gateway.simulator.inbound({ from: other, to: ava.number, text: 'Stop' })
    await waitForConsent(acme, pair, ({ status }) => status === 'OPTED_OUT')
    way.road.closed = false
    // RingCentral's own record of it may be seen before the text is.
    const last = await waitForConsent(
      acme,
      pair,
      ({ mirrored, source }) => mirrored && source === 'KEYWORD',
    )
    await gateway.simulator.settled()
    await jobs.idle()
    expect(last).toMatchObject({ status: 'OPTED_OUT', source: 'KEYWORD', keyword: 'STOP' })
    expect(await statusAtRingCentral()).toBe('OptOut')
    await waitForConsent(acme, pair, ({ status }) => status === 'OPTED_OUT')
  })

  it('is told by a sweep when its job was lost, and when RingCentral turns out not to know it', async () => {
    await start()
    const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
    const { id } = await setConsent(acme, set('OPTED_OUT'))
    await waitForConsent(acme, pair, ({ mirrored }) => mirrored)
    await time.pass(minutes(2))
    const unknown = '+14155550202'
    await gateway.db.consent.update({ where: { id }, data: { other: unknown } })
    await jobs.run(syncConsentsJob, { extensionRowId })
    await expect.poll(() => statusAtRingCentral(unknown)).toBe('OptOut')
    // Of what RingCentral alone knew we know as well.
    await waitForConsent(acme, pair, ({ source }) => source === 'RINGCENTRAL')

    const lost = '+14155550204'
    await jobs.idle()
    await gateway.db.consent.update({ where: { id }, data: { other: lost, toTell: true } })
    await jobs.run(sweepConsentsJob, {})
    await expect.poll(() => statusAtRingCentral(lost)).toBe('OptOut')
    await waitForConsent(acme, { ...pair, other: lost }, ({ mirrored }) => mirrored)
  })

  it('takes the scope SMS; without it an opt-out holds here, and RingCentral hears of it later', async () => {
    const least = ['ReadAccounts', 'ReadMessages', 'SubscriptionWebhook']
    await start({ scope: least })
    expect((await capabilitiesOf(acme, ava)).SYNC_CONSENTS).toMatchObject({
      works: false,
      missingScope: 'SMS',
      reason: expect.stringContaining('SMS'),
    })
    await setConsent(acme, set('OPTED_OUT'))
    const untold = await waitForConsent(acme, pair, ({ mirrorError }) => mirrorError)
    expect(untold).toMatchObject({ mirrored: false, mirrorError: 'GRANT_LACKS_SCOPE' })
    const stops = '+14155550203'
    gateway.simulator.inbound({ from: stops, to: ava.number, text: 'STOP' })
    await waitForConsent(acme, { ...pair, other: stops }, ({ status }) => status === 'OPTED_OUT')

    await time.pass(minutes(2))
    gateway.simulator.registerScope([...least, 'SMS'])
    const { result } = await acme.query(
      'mutation { result: createConnectToken { ... on ConnectToken { connectUrl } } }',
    )
    await allowAtRingCentral(result.connectUrl, ava.extensionId)
    await waitForConsent(acme, pair, ({ mirrored }) => mirrored)
    expect(await statusAtRingCentral()).toBe('OptOut')
    await expect.poll(async () => (await capabilitiesOf(acme, ava)).SYNC_CONSENTS.works).toBe(true)
  })
})
