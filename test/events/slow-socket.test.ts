import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { getIntrospectionQuery } from 'graphql'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { AppOptions } from '../../src/app.ts'
import { startGateway } from '../support/gateway.ts'
import { captureLogs } from '../support/logs.ts'
import { openWriter } from './log.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
afterEach(() => collectGarbage())

const textsIn =
  'subscription ($after: String) { messageReceived(after: $after) { cursor message { text } } }'
/** As long as no text is: a few of them fill every buffer on the way. */
const length = 10_000

type Line = Awaited<ReturnType<Awaited<ReturnType<typeof start>>['dial']>>

/** A gateway, somebody who writes to its log, and clients that can stop reading. */
async function start(app: Partial<AppOptions>) {
  const { logger, text: logs } = captureLogs()
  const gateway = await startGateway({ app: { ...app, logger } })
  const acme = await gateway.createTenant()
  const writer = await openWriter(gateway.databaseUrl)
  onTestFinished(() => writer.close())

  async function dial({ after = undefined as string | undefined } = {}) {
    const url = `${gateway.url.replace('http', 'ws')}/graphql`
    const socket = new WebSocket(url, 'graphql-transport-ws')
    const line = {
      socket,
      numbers: [] as number[],
      latest: 0,
      cursor: after,
      errors: [] as any[],
      answers: 0,
      closed: undefined as { code: number; reason: string } | undefined,
    }
    let acknowledged: () => void = () => undefined
    const ready = new Promise<void>((resolve) => (acknowledged = resolve))
    socket.on('error', () => undefined)
    socket.on('close', (code, reason) => (line.closed = { code, reason: reason.toString() }))
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(data.toString())
      if (type === 'connection_ack') acknowledged()
      if (type === 'error') line.errors.push(...payload)
      if (type !== 'next') return
      const event = payload.data?.messageReceived
      if (!event) {
        line.answers += 1
        return
      }
      line.cursor = event.cursor
      line.latest = performance.now()
      line.numbers.push(Number.parseInt(event.message.text, 10))
    })
    onTestFinished(() => socket.terminate())
    await new Promise((resolve) => socket.once('open', resolve))
    say(socket, { type: 'connection_init', payload: { authorization: `Bearer ${acme.secret}` } })
    await ready
    return line
  }

  async function subscribe(options: Parameters<typeof dial>[0] = {}) {
    const before = await subscribers()
    const line = await dial(options)
    const payload = { query: textsIn, variables: { after: options.after } }
    say(line.socket, { id: '1', type: 'subscribe', payload })
    await expect.poll(subscribers).toBe(before + 1)
    return line
  }

  async function subscribers() {
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    return Number(/^ringql_subscribers (\d+)$/m.exec(metrics)?.[1])
  }

  let appended = 0
  return {
    dial,
    subscribe,
    subscribers,
    wasCut: () => logs().includes('its WebSocket is cut'),
    all: () => Array.from({ length: appended }, (_, n) => n),
    async append(count: number) {
      for (let left = count; left > 0; left -= 50) {
        await writer.append(acme.id, Math.min(left, 50), { length })
      }
      appended += count
    },
  }
}

const say = (socket: WebSocket, message: object) => socket.send(JSON.stringify(message))
const seen = (line: Line, count: number) =>
  expect.poll(() => line.numbers.length, { timeout: 30_000 }).toBe(count)
const patient = { patienceMs: 60_000 }

describe('a client that stops reading', () => {
  it('is cut with 4413 SLOW_CONSUMER, and goes on after its last cursor: nothing lost, nothing twice', async () => {
    const keepAlive = { patienceMs: 1_000, graceMs: 20_000, pingMs: 400 }
    const { subscribe, subscribers, append, all, wasCut } = await start({
      keepAlive,
      pace: patient,
    })
    const slow = await subscribe()
    await append(10)
    await seen(slow, 10)
    slow.socket.pause()
    await append(1_500)
    await expect.poll(wasCut, { timeout: 20_000 }).toBe(true)
    // Let go at once, not when the socket is gone.
    expect(await subscribers()).toBe(0)

    slow.socket.resume()
    await expect.poll(() => slow.closed, { timeout: 20_000 }).toBeTruthy()
    expect(slow.closed).toEqual({ code: 4413, reason: 'SLOW_CONSUMER' })
    expect(slow.numbers.length).toBeLessThan(1_510)

    const again = await subscribe({ after: slow.cursor })
    await seen(again, 1_510 - slow.numbers.length)
    expect([...slow.numbers, ...again.numbers]).toEqual(all())
  })

  it('is cut as well when all that it did not take fits into the buffers on the way', async () => {
    const keepAlive = { patienceMs: 1_000, graceMs: 20_000, pingMs: 400 }
    const { subscribe, append, wasCut } = await start({ keepAlive, pace: patient })
    const slow = await subscribe()
    slow.socket.pause()
    await append(5)
    await expect.poll(wasCut, { timeout: 20_000 }).toBe(true)
    slow.socket.resume()
    await expect.poll(() => slow.closed, { timeout: 20_000 }).toMatchObject({ code: 4413 })
    expect(slow.numbers).toHaveLength(5)
  })

  it('is cut though it goes on sending pongs', async () => {
    const keepAlive = { patienceMs: 1_000, graceMs: 20_000, pingMs: 400 }
    const { subscribe, append, wasCut } = await start({ keepAlive, pace: patient })
    const slow = await subscribe()
    slow.socket.pause()
    const lying = setInterval(() => slow.socket.pong('999999999999'), 50)
    onTestFinished(() => clearInterval(lying))
    await append(1_500)
    await expect.poll(wasCut, { timeout: 20_000 }).toBe(true)
  })

  it('and never reads again is terminated after the grace', async () => {
    const keepAlive = { patienceMs: 500, graceMs: 500, pingMs: 400 }
    const { subscribe, append, wasCut } = await start({ keepAlive, pace: patient })
    const slow = await subscribe()
    slow.socket.pause()
    await append(1_500)
    await expect.poll(wasCut, { timeout: 20_000 }).toBe(true)
    await sleep(1_500)
    slow.socket.resume()
    await expect.poll(() => slow.closed, { timeout: 20_000 }).toMatchObject({ code: 1006 })
  })

  it('is told by its subscription, if the socket is given more time; and the socket lives on', async () => {
    const { subscribe, subscribers, append, all } = await start({
      keepAlive: patient,
      pace: { patienceMs: 500 },
    })
    const slow = await subscribe()
    slow.socket.pause()
    await append(1_500)
    await expect.poll(subscribers, { timeout: 20_000 }).toBe(0)
    slow.socket.resume()
    await expect.poll(() => slow.errors, { timeout: 20_000 }).toHaveLength(1)
    expect(slow.errors[0]).toMatchObject({
      message: expect.stringContaining('Subscribe again'),
      extensions: { code: 'SLOW_CONSUMER' },
    })
    const payload = { query: textsIn, variables: { after: slow.cursor } }
    say(slow.socket, { id: '2', type: 'subscribe', payload })
    await seen(slow, 1_500)
    expect(slow.numbers).toEqual(all())
  })

  it('C10: costs nobody else anything: not a moment, not an event, and no memory however many there are', async () => {
    const { subscribe, append, all } = await start({})
    const slow = [await subscribe(), await subscribe(), await subscribe(), await subscribe()]
    const brisk = await subscribe()
    for (const { socket } of slow) socket.pause()
    // Fills what is of a fixed size: the tail of the log that readers share, and the system's buffers.
    await append(1_500)
    await seen(brisk, 1_500)
    const before = usedBytes()
    let slowest = 0
    for (let n = 0; n < 50; n += 1) {
      await append(50)
      const appendedAt = performance.now()
      await seen(brisk, 1_550 + 50 * n)
      slowest = Math.max(slowest, brisk.latest - appendedAt)
    }
    expect(brisk.numbers).toEqual(all())
    // An event that is missed by the hints would come with the poll, two seconds later.
    expect(slowest).toBeLessThan(1_500)
    // 25 MB of events, times four who do not read them. What else the process is about to let go of counts as well.
    await expect.poll(() => usedBytes() - before).toBeLessThan(8_000_000)

    for (const line of slow) {
      line.socket.resume()
      await expect
        .poll(() => line.numbers.length === 4_000 || line.closed || line.errors.length > 0, {
          timeout: 30_000,
        })
        .toBeTruthy()
      expect(line.numbers).toEqual(all().slice(0, line.numbers.length))
      expect(line.closed ?? { code: 4413 }).toMatchObject({ code: 4413 })
    }
  })

  it('cannot make the gateway pile up answers: it is not listened to until it has taken some', async () => {
    const { dial } = await start({ streamLimits: { perSocket: 1_000 } })
    const { socket, ...asks } = await dial()
    const line = await dial()
    line.socket.pause()
    const before = usedBytes()
    let id = 0
    // Less than the hundred messages that a socket may send at once.
    for (let round = 0; round < 45; round += 1) {
      for (let n = 0; n < 2; n += 1) {
        id += 1
        const payload = { query: getIntrospectionQuery() }
        say(line.socket, { id: String(id), type: 'subscribe', payload })
      }
      await sleep(10)
    }
    await sleep(500)
    const grown = usedBytes() - before
    expect(asks.closed).toBeUndefined()
    expect(grown).toBeLessThan(20_000_000)
    line.socket.resume()
    await expect.poll(() => line.answers, { timeout: 30_000 }).toBe(90)
    socket.terminate()
  })
})

describe('a client that is not cut:', () => {
  it('one that reads slowly, but reads', async () => {
    const keepAlive = { patienceMs: 700, graceMs: 5_000, pingMs: 400 }
    const { subscribe, append, all, wasCut } = await start({ keepAlive, pace: patient })
    const slow = await subscribe()
    slow.socket.pause()
    const reading = (async () => {
      for (let n = 0; n < 30; n += 1) {
        slow.socket.resume()
        await new Promise((resolve) => slow.socket.once('message', resolve))
        slow.socket.pause()
        await sleep(100)
      }
    })()
    await append(1_500)
    await reading
    expect(slow.numbers.length).toBeLessThan(1_500)
    expect(wasCut()).toBe(false)
    slow.socket.resume()
    await seen(slow, 1_500)
    expect(slow.numbers).toEqual(all())
  })

  it('one that says nothing but pong', async () => {
    const keepAlive = { patienceMs: 200, graceMs: 200, pingMs: 200 }
    const { subscribe, append } = await start({ keepAlive })
    const idle = await subscribe()
    await sleep(1_500)
    await append(1)
    await seen(idle, 1)
  })
})

it('a client that has taken all and then is silent is ended as dead', async () => {
  const { subscribe, subscribers, wasCut } = await start({
    keepAlive: { patienceMs: 60_000, graceMs: 60_000, pingMs: 300 },
  })
  const dead = await subscribe()
  await new Promise((resolve) => dead.socket.once('ping', resolve))
  dead.socket.pause()
  await expect.poll(subscribers).toBe(0)
  expect(wasCut()).toBe(false)
  dead.socket.resume()
  await expect.poll(() => dead.closed).toMatchObject({ code: 1006 })
})

it('a socket that is closing has no subscribers: nobody reads the log for it', async () => {
  const { subscribe, subscribers, append } = await start({})
  const leaves = await subscribe()
  leaves.socket.close()
  leaves.socket.pause()
  await append(1)
  await expect.poll(subscribers).toBe(0)
})

function usedBytes() {
  collectGarbage()
  // Not `external`, which counts buffers that have been freed until V8 comes round to sweep after them.
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
