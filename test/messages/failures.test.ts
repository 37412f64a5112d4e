import { beforeAll, describe, expect, it } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, smsRequests, statusChanges, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

/** The simulator gives a fate to recipients that end in 5559 and three digits. */
async function sendTo(fate: string) {
  const { id } = await send(acme, {
    from: ava.number,
    to: [`+1415555${fate}`],
    text: `Fate ${fate}`,
  })
  return id as string
}

const sentence = expect.stringMatching(/^[A-Z].{15,}[.!]$/s)
const requestsFor = (fate: string) =>
  smsRequests(gateway.simulator).filter(({ body }) => body?.includes(`Fate ${fate}`))

describe('a message that', () => {
  it.concurrent.each([
    ['9411', 'DELIVERY_FAILED', 'SMS-CAR-411'],
    ['9461', 'DELIVERY_FAILED', 'SMS-CAR-461'],
    ['9430', 'SENDING_FAILED', 'SMS-UP-430'],
  ])('the carrier fails (%s) is %s with %s and a sentence', async (fate, status, errorCode) => {
    const message = await waitForStatus(acme, await sendTo(fate), status)
    expect(message).toMatchObject({ errorCode, errorMessage: sentence })
    expect(message.rcMessageId).not.toBeNull()
  })

  it('J8: RingCentral does not hand on, since its recipient has opted out, is not tried again, nor is another sent', async () => {
    const message = await waitForStatus(acme, await sendTo('9413'), 'SENDING_FAILED')
    expect(message).toMatchObject({ errorCode: 'SMS-RC-413', errorMessage: sentence })
    const [to] = message.to
    await expect
      .poll(() => send(acme, { from: ava.number, to: [to], text: 'Again' }))
      .toMatchObject({ code: 'RECIPIENT_OPTED_OUT' })
    expect(requestsFor('9413')).toHaveLength(1)
  })

  it.concurrent.each([
    ['9384', 'MSG-384'],
    ['9240', 'MSG-240'],
    ['9243', 'MSG-243'],
  ])(
    'RingCentral refuses at once (%s) is SENDING_FAILED with %s and a sentence',
    async (fate, errorCode) => {
      const id = await sendTo(fate)
      const message = await waitForStatus(acme, id, 'SENDING_FAILED')
      expect(message).toMatchObject({ errorCode, errorMessage: sentence, rcMessageId: null })
      expect(requestsFor(fate)).toHaveLength(1)
    },
  )

  it.each(['9104', '9000'])('no carrier reports (%s) stays SENT', async (fate) => {
    const hears = await acme.subscribe(statusChanges)
    const id = await sendTo(fate)
    await waitForStatus(acme, id, 'SENT')
    // Long enough for a delivery report of another message, sent later, to come round.
    const later = await send(acme, { from: ava.number, to: [stranger], text: `After ${fate}` })
    await hears.waitFor(
      ({ messageStatusChanged: { message } }) =>
        message.id === later.id && message.status === 'DELIVERED',
    )
    expect(await waitForStatus(acme, id, 'SENT')).toMatchObject({ errorCode: null })
  })

  it('RingCentral puts off again and again does not hold up those behind it for ever', async () => {
    const stuck = await sendTo('9290')
    const behind = await send(acme, { from: ava.number, to: [stranger], text: 'Behind' })
    const failed = await waitForStatus(acme, stuck, 'SENDING_FAILED')
    expect(failed).toMatchObject({ errorCode: 'MSG-290', errorMessage: sentence })
    await waitForStatus(acme, behind.id, 'SENT', 'DELIVERED')
    expect(requestsFor('9290')).toHaveLength(5)
  })

  it('is refused because the number moved to somebody else is SENDING_FAILED, MSG-304', async () => {
    gateway.simulator.moveNumber(ava.number, '62264426016')
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Not mine any more' })
    const failed = await waitForStatus(acme, id, 'SENDING_FAILED')
    expect(failed).toMatchObject({ errorCode: 'MSG-304', errorMessage: sentence })
  })
})
