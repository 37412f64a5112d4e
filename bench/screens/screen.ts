import { randomBytes } from 'node:crypto'
import { createConnection } from 'node:net'
import { clientFrame, createFrameReader, opcodes } from './frames.ts'

/** A client of graphql-ws that reads the protocol's frames and nothing in them, so that a thousand cost little. */
export type Screen = { end(): void }

const refused = /"type":"(?:error|complete)"|"errors":/

/**
 * Connects, says who it is, and subscribes. The first message of each screen is looked at, the others are counted.
 *
 * @throws Error if it is not let in. What goes wrong later, `onLost` is told.
 */
export function openScreen(
  url: URL,
  asked: { authorization?: string | undefined; subscriptionId: string; payload: object },
  on: { next(content: Buffer): void; lost(reason: string): void },
): Promise<Screen> {
  const { authorization, subscriptionId, payload } = asked
  const socket = createConnection({ host: url.hostname, port: Number(url.port), noDelay: true })
  return new Promise((resolve, reject) => {
    let state: 'upgrading' | 'greeting' | 'subscribed' | 'watching' | 'ended' = 'upgrading'
    const say = (message: object) =>
      socket.write(clientFrame(opcodes.text, Buffer.from(JSON.stringify(message))))
    const fail = (reason: string) => {
      if (state === 'ended') return
      const wasIn = state === 'subscribed' || state === 'watching'
      state = 'ended'
      socket.destroy()
      if (wasIn) on.lost(reason)
      else reject(new Error(reason))
    }

    const read = createFrameReader((opcode, content) => {
      if (opcode === opcodes.text) {
        if (state === 'watching') return on.next(content)
        const text = content.toString()
        if (state === 'subscribed') {
          if (refused.test(text)) return fail(text)
          state = 'watching'
          return on.next(content)
        }
        if (!text.includes('"connection_ack"')) return fail(text)
        say({ id: subscriptionId, type: 'subscribe', payload })
        state = 'subscribed'
        resolve({
          end() {
            state = 'ended'
            socket.destroy()
          },
        })
      } else if (opcode === opcodes.ping) {
        socket.write(clientFrame(opcodes.pong, content))
      } else if (opcode === opcodes.close) {
        fail(
          `closed with ${content.length > 1 ? content.readUInt16BE(0) : 'no code'}: ${content.subarray(2)}`,
        )
      }
    })

    let head = ''
    const upgrade = (chunk: Buffer) => {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.startsWith('HTTP/1.1 101')) return fail(head.slice(0, head.indexOf('\r\n')))
      state = 'greeting'
      socket.off('data', upgrade).on('data', read)
      say({ type: 'connection_init', payload: authorization ? { authorization } : {} })
      if (head.length > end + 4) read(Buffer.from(head.slice(end + 4), 'latin1'))
    }
    socket.on('data', upgrade)
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail('the connection ended'))
    socket.on('connect', () => {
      socket.write(
        [
          `GET ${url.pathname} HTTP/1.1`,
          `Host: ${url.host}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
          'Sec-WebSocket-Protocol: graphql-transport-ws',
          '\r\n',
        ].join('\r\n'),
      )
    })
  })
}
