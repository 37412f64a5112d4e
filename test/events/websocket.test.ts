import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { dial as dialRaw } from '../support/raw-socket.ts'
import { stranger } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true })
  acme = await gateway.createTenant()
  await acme.connect(ava)
  return gateway.stop
})

const dial = (protocol?: string) => dialRaw(gateway.url, acme.secret, protocol)

const subscribe = (id: string, query: string, variables = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
})
const textsIn = 'subscription { messageReceived { message { text } } }'

async function subscribers() {
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(/^ringql_subscribers (\d+)$/m.exec(metrics)?.[1])
}

describe('a WebSocket', () => {
  it.concurrent('C1: a socket that never says who it is is closed with 4408', async () => {
    const { closed } = await dial()
    expect(await closed).toMatchObject({ code: 4408 })
  })

  it('C2: one that subscribes before it says who it is is closed with 4401', async () => {
    const { say, closed } = await dial()
    say(subscribe('1', textsIn))
    expect(await closed).toMatchObject({ code: 4401 })
  })

  it('C3: one that says it twice is closed with 4429', async () => {
    const { init, say, closed } = await dial()
    await init()
    say({ type: 'connection_init' })
    expect(await closed).toMatchObject({ code: 4429 })
  })

  it.each([
    ['an unknown key', { authorization: 'Bearer rql_nobody' }],
    ['no key', {}],
    ['a key that is no text', { authorization: { a: 1 } }],
    ['nothing', undefined],
  ])('C4: one with %s is closed with 4403', async (_what, payload) => {
    const { say, closed } = await dial()
    say({ type: 'connection_init', payload })
    expect(await closed).toMatchObject({ code: 4403 })
  })

  it.each(['garbage', '{}', '[]', '{"type":"nonsense"}', '{"type":"subscribe","id":""}'])(
    'C3: one that talks nonsense (%s) is closed with 4400',
    async (nonsense) => {
      const { init, say, closed } = await dial()
      await init()
      say(nonsense)
      expect(await closed).toMatchObject({ code: 4400 })
    },
  )

  it('C6: one that sends more than 64 KB is closed with 1009, without a word on the console', async () => {
    const printed = vi.spyOn(console, 'error')
    const { init, say, closed } = await dial()
    await init()
    say(subscribe('1', `# ${'x'.repeat(65 * 1024)}\n${textsIn}`))
    expect(await closed).toMatchObject({ code: 1009 })
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
  })

  it('one whose key cannot be looked up, at the moment, is closed with 1013: clients come back after it', async () => {
    await gateway.db.$executeRaw`ALTER TABLE "ApiKey" RENAME TO "ApiKeyAway"`
    try {
      const { say, closed } = await dial()
      say({ type: 'connection_init', payload: { authorization: `Bearer ${acme.secret}` } })
      expect(await closed).toMatchObject({ code: 1013 })
    } finally {
      await gateway.db.$executeRaw`ALTER TABLE "ApiKeyAway" RENAME TO "ApiKey"`
    }
    const { init } = await dial()
    await init()
  })

  it('C3: one that speaks another protocol is not served', async () => {
    const { closed } = await dial('graphql-ws')
    expect((await closed).code).toBe(1006)
  })

  it('C3: one that takes one id twice is closed with 4409', async () => {
    const { init, say, closed } = await dial()
    await init()
    say(subscribe('1', textsIn))
    await sleep(50)
    say(subscribe('1', textsIn))
    expect(await closed).toMatchObject({ code: 4409 })
  })

  it('C5: what is completed while it begins counts until it has left off, and is never heard of again', async () => {
    const { init, say, about, messages } = await dial()
    await init()
    const held = await holdRows(gateway, 'LOCK TABLE "EventLog"')
    for (let n = 1; n < 20; n += 1) {
      say(subscribe('again', textsIn))
      say({ id: 'again', type: 'complete' })
    }
    say(subscribe('again', textsIn))
    say(subscribe('late', textsIn))
    expect(JSON.stringify(await about('late'))).toContain('SUBSCRIPTION_LIMIT')
    await held.letGo()
    await expect.poll(subscribers).toBe(1)
    for (const text of ['One', 'Another']) {
      gateway.simulator.inbound({ from: stranger, to: ava.number, text })
      await expect.poll(() => JSON.stringify(messages)).toContain(`"${text}"`)
    }
    const told = messages.filter(({ id }) => id === 'again')
    expect(told.map(({ payload }) => payload.data.messageReceived.message.text)).toEqual([
      'One',
      'Another',
    ])
    say({ id: 'again', type: 'complete' })
    await expect.poll(subscribers).toBe(0)
    say(subscribe('again', '{ status { connected } }'))
    expect((await about('again', 'complete')).payload).toBeUndefined()
  })

  it('C12: lives on after an invalid query, which is answered with an error', async () => {
    const { init, say, about, socket } = await dial()
    await init()
    say(subscribe('syntax', 'subscription {'))
    say(subscribe('unknown', 'subscription { nothing }'))
    say(subscribe('deep', '{ __typename } { __typename }'))
    say(subscribe('variable', 'query ($id: ID!) { message(id: $id) { id } }', {}))
    const pages = 'conversations(first: 100) { nodes { messages(first: 100) { nodes { id } } } }'
    say(subscribe('large', `{ a: ${pages} b: ${pages} c: ${pages} }`))
    for (const id of ['syntax', 'unknown', 'deep', 'variable', 'large']) {
      const { type, payload: errors } = await about(id)
      expect(type).toBe('error')
      expect(errors[0].extensions ?? {}).not.toHaveProperty('http')
      expect(errors[0].message).toEqual(expect.any(String))
      expect(JSON.stringify(errors)).not.toMatch(/node_modules|\bat \//)
    }
    expect((await about('large')).payload[0].extensions).toMatchObject({ limit: 'objects' })
    say(subscribe('good', '{ status { connected } }'))
    expect((await about('good', 'next')).payload.data).toEqual({ status: { connected: true } })
    expect(socket.readyState).toBe(socket.OPEN)
  })

  it('lives on when one of its subscriptions ends with an error', async () => {
    const { init, say, about, messages, socket } = await dial()
    await init()
    say(subscribe('stays', textsIn))
    say(subscribe('bad', 'subscription { messageReceived(after: "x") { cursor } }'))
    expect(JSON.stringify(await about('bad'))).toContain('BAD_USER_INPUT')
    gateway.simulator.inbound({ from: stranger, to: ava.number, text: 'Still here' })
    await about('stays', 'next')

    // Something that nobody foresees: an event whose row cannot be shown.
    await gateway.db.$executeRaw`
      WITH head AS (
        UPDATE "EventLog" SET "lastSequence" = "lastSequence" + 1 WHERE "tenantId" = ${acme.id}
        RETURNING "lastSequence"
      )
      INSERT INTO "Event" ("tenantId", "sequence", "type", "subjectId", "snapshot")
      SELECT ${acme.id}, "lastSequence", 'message.received', 'msg_x', '{"text": null}' FROM head`
    await expect
      .poll(() => JSON.stringify(messages.filter(({ id }) => id === 'stays')))
      .toContain('INTERNAL_SERVER_ERROR')
    expect(JSON.stringify(messages)).not.toMatch(/node_modules|Cannot return null/)

    // A place that is missing in the log: the stream cannot go on.
    await gateway.db.eventLog.update({
      where: { tenantId: acme.id },
      data: { lastSequence: { increment: 1 } },
    })
    await expect
      .poll(() => JSON.stringify(messages.filter(({ id }) => id === 'stays')))
      .toContain('CURSOR_EXPIRED')
    say(subscribe('good', '{ status { connected } }'))
    await about('good', 'next')
    expect(socket.readyState).toBe(socket.OPEN)
  })
})
