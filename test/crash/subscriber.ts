import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { EventType } from '../../src/events/event.ts'
import type { Random } from './random.ts'
import type { Broken } from './scenario.ts'

export type Subscriber = ReturnType<typeof createSubscriber>

const fields: Partial<Record<EventType, string>> = {
  'message.received': 'messageReceived',
  'message.status': 'messageStatusChanged',
}

/**
 * Somebody who listens to one stream of a tenant, is cut again and again, and goes on after the last
 * cursor, wherever there is an instance. Checks each event itself: writers number theirs.
 */
export function createSubscriber(options: {
  name: string
  tenantId: string
  secret: string
  type: EventType
  /** The cursor to begin after. */
  start: string
  /** Where instances listen, at the moment. */
  ports: () => number[]
  random: Random
  broken: Broken
}) {
  const { name, tenantId, secret, type, ports, random, broken } = options
  const query = `subscription ($after: String) { event: ${fields[type]}(after: $after) { cursor message { text } } }`
  const last = new Map<string, number>()
  const tally = { received: 0, resumed: 0, resumes: 0, cuts: 0, tooSlow: 0, errors: 0 }
  let cursor = options.start
  let place = placeOf(cursor)
  let leaving = false
  let current: WebSocket | undefined

  function check(event: { cursor: string; message: { text: string } }) {
    const [tenant, kind, writer = '', numeral] = event.message.text.split(' ')
    const number = Number(numeral)
    const expected = (last.get(writer) ?? 0) + 1
    const what = `${name}, ${event.message.text}`
    if (tenant !== tenantId) broken.crossTenant.push(what)
    if (kind !== type) broken.invented.push(what)
    if (number > expected) broken.lost.push(`${what}: ${expected} to ${number - 1} before it`)
    if (number < expected) broken.doubled.push(`${what}, after ${expected - 1}`)
    const next = placeOf(event.cursor)
    if (next <= place) broken.reordered.push(`${what}: ${next} after ${place}`)
    last.set(writer, number)
    place = next
    cursor = event.cursor
  }

  /** One connection, until somebody ends it. */
  async function live(port: number, isResumed: boolean) {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws')
    current = socket
    // From one event to ten thousand, each order of magnitude as often.
    let left = Math.ceil(10 ** random.between(0, 4))
    const say = (message: object) => socket.send(JSON.stringify(message))
    socket.on('open', () =>
      say({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } }),
    )
    socket.on('error', () => undefined)
    socket.on('message', (data) => {
      // What has come together with the last one is lost on the way: we were cut.
      if (left <= 0) return
      const { type, payload } = JSON.parse(data.toString())
      if (type === 'connection_ack') {
        if (isResumed) tally.resumes += 1
        const variables = { after: cursor }
        say({ id: '1', type: 'subscribe', payload: { query, variables } })
      } else if (type === 'next' && payload.data) {
        check(payload.data.event)
        tally.received += 1
        if (isResumed) tally.resumed += 1
        left -= 1
        if (left > 0) return
        tally.cuts += 1
        socket.terminate()
      } else if (type !== 'complete') {
        const { code } = (payload.errors ?? payload)[0].extensions
        if (code === 'SLOW_CONSUMER') tally.tooSlow += 1
        else if (code === 'CURSOR_EXPIRED') broken.lost.push(`${name}: CURSOR_EXPIRED`)
        else tally.errors += 1
        socket.terminate()
      } else socket.terminate()
    })
    const code = await new Promise((resolve) => socket.once('close', resolve))
    if (code === 4413) tally.tooSlow += 1
  }

  const living = (async () => {
    for (let connected = false; !leaving; connected ||= tally.received > 0) {
      const known = ports()
      if (known.length > 0) await live(random.pick(known), connected)
      await sleep(random.between(0, 50))
    }
  })()

  return {
    name,
    tenantId,
    type,
    tally,
    /** The number of the last event of a writer. */
    lastOf: (writer: string) => last.get(writer) ?? 0,
    async leave() {
      leaving = true
      current?.terminate()
      await living
    },
  }
}

function placeOf(cursor: string): number {
  return Number(Buffer.from(cursor, 'base64url').toString().split(':')[2])
}
