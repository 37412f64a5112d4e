import { beforeAll, describe, expect, it } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, statusChanges, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

describe('sendSms', () => {
  it('answers QUEUED, and every step to DELIVERED follows in order, once', async () => {
    const hears = await acme.subscribe(statusChanges)
    const accepted = await send(acme, { from: ava.number, to: [stranger], text: 'Hello' })
    expect(accepted).toMatchObject({ status: 'QUEUED', direction: 'OUTBOUND', rcMessageId: null })

    await hears.waitFor(
      ({ messageStatusChanged: { message } }) =>
        message.id === accepted.id && message.status === 'DELIVERED',
    )
    const steps = hears.received
      .map(({ messageStatusChanged }) => messageStatusChanged.message)
      .filter(({ id }) => id === accepted.id)
    expect(steps.map(({ status }) => status)).toEqual(['QUEUED', 'SENDING', 'SENT', 'DELIVERED'])
    const [sent] = gateway.simulator.outbox().filter(({ text }) => text === 'Hello')
    expect(steps.at(-1)).toMatchObject({
      rcMessageId: sent?.id,
      errorCode: null,
      errorMessage: null,
    })
  })

  it('tells nobody of another tenant', async () => {
    const other = await gateway.createTenant({ name: 'Other' })
    const hears = await other.subscribe(statusChanges)
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Private' })
    await waitForStatus(acme, id, 'DELIVERED')
    expect(hears.received).toEqual([])
    expect(await other.query(`{ message(id: "${id}") { id } node(id: "${id}") { id } }`)).toEqual({
      message: null,
      node: null,
    })
    const refused = await send(other, { from: ava.number, to: [stranger], text: 'Not mine' })
    expect(refused.code).toBe('NOT_CONNECTED')
  })

  it('sends to several recipients as one group message', async () => {
    const to = [stranger, '+14155550124', '+14155550125']
    const { id } = await send(acme, { from: ava.number, to, text: 'All of you' })
    await waitForStatus(acme, id, 'DELIVERED')
    const sent = gateway.simulator.outbox().filter(({ text }) => text === 'All of you')
    expect(sent).toMatchObject([{ from: ava.number, to }])
  })

  it('takes a number as a person writes it, and a text as it is', async () => {
    const text = '  “Grüße” 👋\n\tfrom Zoë '
    const { id, from, to } = await send(acme, {
      from: ' +1 (202) 555-0101 ',
      to: ['+1 415-555-0123'],
      text,
    })
    expect({ from, to }).toEqual({ from: ava.number, to: [stranger] })
    await waitForStatus(acme, id, 'DELIVERED')
    expect(gateway.simulator.outbox().at(-1)?.text).toBe(text)
  })

  it('keeps the order in which texts were accepted', async () => {
    const texts = Array.from({ length: 25 }, (_, place) => `In order ${place}`)
    let last = ''
    for (const text of texts) {
      last = (await send(acme, { from: ava.number, to: [stranger], text })).id
    }
    await waitForStatus(acme, last, 'SENT', 'DELIVERED')
    const sent = gateway.simulator.outbox().map(({ text }) => text)
    expect(sent.filter((text) => text.startsWith('In order'))).toEqual(texts)
  })
})
