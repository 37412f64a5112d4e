import { beforeAll, describe, expect, it } from 'vitest'
import { keywordIn } from '../../src/consents/keywords.ts'
import { consentOf, waitForConsent } from '../support/consents.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { elsewhere, waitForMessage } from '../support/mailbox.ts'
import { send, waitForStatus } from '../support/texts.ts'

describe('a text', () => {
  it.each([
    'STOP',
    ' stop\n',
    'Stop.',
    '“Stop!!”',
    'STOP 🛑',
    '\u200bstop',
    'ＳＴＯＰ',
    'StopAll',
    'stop all',
    'opt-out',
    'Opt out, ',
    'revoke',
    'Unsubscribe',
    'QUIT',
    'cancel',
    'end',
  ])('%j wants no more', (text) => expect(keywordIn(text)?.means).toBe('OPTED_OUT'))

  it.each(['START', 'unstop ', 'Subscribe', 'resume', 'CONTINUE'])('%j wants them again', (text) =>
    expect(keywordIn(text)?.means).toBe('OPTED_IN'),
  )

  // RingCentral’s list has English words alone, and lifts nothing for a word with signs around it.
  it.each([
    'Start!',
    'Start 🙂',
    'Please stop',
    'Stop by at nine?',
    "Don't stop",
    'The end',
    'STOPP',
    'ALTO',
    'PARAR',
    'Cancel my appointment',
    '🛑',
    '',
    '...',
  ])('%j is just a text', (text) => expect(keywordIn(text)).toBeUndefined())

  it.each(['help', 'HELP?', 'Info.'])('%j asks who we are', (text) =>
    expect(keywordIn(text)?.means).toBe('HELP'),
  )
})

describe('a keyword', () => {
  const number = ava.number
  let gateway: Gateway
  let acme: TestTenant

  beforeAll(async () => {
    gateway = await startGateway({ shared: true })
    acme = await gateway.createTenant()
    for (const person of [ava, ben]) await acme.connect(person)
    return gateway.stop
  })

  const out = (consent: any) => consent.status === 'OPTED_OUT'
  const text = async (to: string, from = number) =>
    (await send(acme, { from, to: [to], text: 'Hello' })).id

  it('that RingCentral does not list is told to it', async () => {
    const other = '+14155550301'
    gateway.simulator.inbound({ from: other, to: number, text: 'Stop all!' })
    const consent = await waitForConsent(acme, { number, other }, (one) => out(one) && one.mirrored)
    expect(consent).toMatchObject({ source: 'KEYWORD', keyword: 'STOP ALL', mirrorError: null })
    const rc = await elsewhere(gateway, ava.extensionId)
    const { body } = await rc('POST', '/restapi/v2/accounts/~/sms/consents/search', { to: [other] })
    expect(body.records).toMatchObject([{ from: number, optStatus: 'OptOut', source: 'Api' }])
    gateway.simulator.inbound({ from: other, to: number, text: 'start' })
    await waitForConsent(acme, { number, other }, (one) => !out(one) && one.mirrored)
    await waitForStatus(acme, await text(other), 'SENT', 'DELIVERED')
  })

  it('is of the numbers that it was sent to, also in a group, and from whom nobody has texted', async () => {
    const [stops, starts, listens] = ['+14155550302', '+14155550303', '+14155550304'] as const
    gateway.simulator.inbound({ from: stops, to: number, text: 'End' })
    gateway.simulator.inbound({ from: starts, to: number, text: 'Start' })
    await waitForConsent(acme, { number, other: stops }, out)
    await waitForStatus(acme, await text(stops, ben.number), 'SENT', 'DELIVERED')
    await waitForConsent(acme, { number, other: starts }, (one) => !out(one))
    await waitForStatus(acme, await text(starts), 'SENT', 'DELIVERED')

    const group = [number, ben.number, listens]
    gateway.simulator.inbound({ from: starts, to: group, text: 'Stop' })
    for (const own of [ava.number, ben.number]) {
      await waitForConsent(acme, { number: own, other: starts }, out)
    }
    await waitForStatus(acme, await text(listens), 'SENT', 'DELIVERED')
    expect(await consentOf(acme, { number, other: listens })).toBeNull()
    gateway.simulator.inbound({ from: listens, to: number, text: 'Stop by at nine' })
    await waitForMessage(acme, (message) => message.text === 'Stop by at nine')
    expect(await consentOf(acme, { number, other: listens })).toBeNull()
  })
})
