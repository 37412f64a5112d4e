import { beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../support/client.ts'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const sms = (text: string, idempotencyKey: string) => ({
  from: ava.number,
  to: [stranger],
  text,
  idempotencyKey,
})
const requestsOf = (text: string) =>
  smsRequests(gateway.simulator).filter(({ body }) => body?.includes(text))

describe('an idempotency key', () => {
  it('makes one message of fifty parallel requests at two instances, and sends it once', async () => {
    const second = await gateway.startInstance()
    const elsewhere = createClient(second.url, acme.secret)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        send(n % 2 ? acme : elsewhere, sms('Only once', 'key-1')),
      ),
    )
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    await waitForStatus(acme, answers[0].id, 'DELIVERED')
    expect(requestsOf('Only once')).toHaveLength(1)
    expect(await gateway.db.message.count({ where: { idempotencyKey: 'key-1' } })).toBe(1)

    const again = await send(acme, sms('Only once', 'key-1'))
    expect(again).toMatchObject({ id: answers[0].id, status: 'DELIVERED' })
  })

  it('refuses another message, and names the one that it belongs to', async () => {
    const { id } = await send(acme, sms('The first', 'key-2'))
    for (const other of [
      sms('Another text', 'key-2'),
      { ...sms('The first', 'key-2'), to: ['+14155550124'] },
    ]) {
      expect(await send(acme, other)).toMatchObject({
        code: 'IDEMPOTENCY_KEY_MISMATCH',
        messageId: id,
      })
    }
    expect(await gateway.db.message.count({ where: { idempotencyKey: 'key-2' } })).toBe(1)
    expect(requestsOf('Another text')).toEqual([])
  })

  it('lets one of two different requests win when they come together', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => send(acme, sms(`Race ${n % 2}`, 'key-3'))),
    )
    const won = answers.filter(({ id }) => id)
    expect(won).toHaveLength(10)
    expect(new Set(won.map(({ id }) => id)).size).toBe(1)
    expect(answers.filter(({ code }) => code === 'IDEMPOTENCY_KEY_MISMATCH')).toHaveLength(10)
  })

  it('belongs to its tenant: the same one elsewhere is another message', async () => {
    const other = await gateway.createTenant({ name: 'Other' })
    await other.connect(ben)
    const mine = await send(acme, sms('Mine', 'key-4'))
    const theirs = await send(other, { ...sms('Theirs', 'key-4'), from: ben.number })
    expect(theirs.id).not.toBe(mine.id)
    await waitForStatus(other, theirs.id, 'SENT', 'DELIVERED')
  })

  it('makes one message of twins that come among other texts to the same person', async () => {
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, n) => {
        const pair = Math.floor(n / 3)
        return send(
          acme,
          n % 3 === 2
            ? sms(`After ${pair}`, `key-7-${pair}`)
            : sms(`Twins ${pair}`, `key-6-${pair}`),
        )
      }),
    )
    const ids = answers.map(({ id }) => id)
    expect(new Set(ids).size).toBe(16)
    expect(await gateway.db.message.count({ where: { id: { in: ids } } })).toBe(16)
  })

  it('is not used up by a refused request', async () => {
    expect((await send(acme, sms('', 'key-5'))).code).toBe('TEXT_EMPTY')
    expect(await send(acme, sms('Now with words', 'key-5'))).toMatchObject({ status: 'QUEUED' })
  })
})
