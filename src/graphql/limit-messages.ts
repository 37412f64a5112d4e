import { CloseCode } from 'graphql-ws'
import type { WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../lib/clock.ts'
import { createLeakyBuckets } from '../lib/leaky-bucket.ts'

/** A client that subscribes to all it may and answers pings sends a dozen a minute. */
const messageLimit = { capacity: 100, perMinute: 600 }

/**
 * Cuts sockets that send more than any client has reason to. With a code after which graphql-ws' clients do
 * not come back: whoever floods because of a fault would flood again. Of pings ws itself takes care.
 */
export function limitMessages(sockets: WebSocketServer, clock: Clock): void {
  const buckets = createLeakyBuckets(clock, messageLimit)
  let opened = 0
  sockets.on('connection', (socket: WebSocket) => {
    const name = String(opened)
    opened += 1
    socket.on('message', () => {
      if (buckets.pour(name, 1).fits) return
      // What is in the pipe already is not looked at.
      socket.removeAllListeners('message')
      socket.close(CloseCode.TooManyInitialisationRequests, 'Too many messages')
    })
  })
}
