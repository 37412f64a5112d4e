import { setMaxListeners } from 'node:events'
import { Agent, type IncomingHttpHeaders, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { Clock } from '../clock.ts'

export interface WebhookAnswer {
  status: number
  statusText: string
  headers: IncomingHttpHeaders
}

export interface WebhookCall {
  address: string
  headers: Record<string, string>
  body: string
  timeoutMs: number
  /** Give up as soon as the answer is longer, status line and headers included. */
  mostBytes?: number
}

// A burst waits its turn rather than open thousands of connections, most of which would time out.
const maxSockets = 128

export class AnswerTooLong extends Error {}

/** Posts to a receiver the way RingCentral does, with time taken from the simulator's clock. */
export function createWebhookClient(clock: Clock, closing: AbortSignal) {
  // Each request listens for the end of all; Node would take the tenth for a leak.
  setMaxListeners(0, closing)
  const agent = new Agent({ keepAlive: true, maxSockets })
  const secureAgent = new SecureAgent({ keepAlive: true, maxSockets })
  closing.addEventListener('abort', () => {
    agent.destroy()
    secureAgent.destroy()
  })

  const post = (call: WebhookCall): Promise<WebhookAnswer> =>
    new Promise((resolve, reject) => {
      const url = new URL(call.address)
      const secure = url.protocol === 'https:'
      const options = {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json; charset=UTF-8',
          'User-Agent': 'RingCentral-Webhook/8.4',
          'Content-Length': String(Buffer.byteLength(call.body)),
          ...call.headers,
        },
        signal: closing,
        // A counted answer needs a connection of its own, or bytes of the one before would count too.
        agent: call.mostBytes === undefined ? (secure ? secureAgent : agent) : (false as const),
      }
      const request = (secure ? secureRequest : plainRequest)(url, options)
      let cancelTimer = () => {}

      let bytes = 0
      request.on('socket', (socket) => {
        // Counted from here, so that nobody pays for the queue in front.
        cancelTimer = clock.setNetworkTimer(call.timeoutMs, () =>
          request.destroy(new Error('Read timed out')),
        )
        if (call.mostBytes === undefined) return
        const most = call.mostBytes
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > most) request.destroy(new AnswerTooLong())
        })
      })
      request.on('error', reject)
      request.on('close', () => cancelTimer())
      request.on('response', (response) => {
        response.on('error', reject)
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            statusText: response.statusMessage ?? '',
            headers: response.headers,
          })
        })
        response.resume()
      })
      request.end(call.body)
    })

  return (call: WebhookCall): Promise<WebhookAnswer> => {
    const exchange = post(call)
    clock.attend(exchange)
    return exchange
  }
}

export type WebhookClient = ReturnType<typeof createWebhookClient>
