/**
 * Servers that behave and servers that do not: what RingCentral and the network between can do to a
 * client.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createNetServer, type Socket } from 'node:net'
import { createRingCentral, type RingCentralOptions } from '../../src/ringcentral/client.ts'

export interface SeenRequest {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

export interface Reply {
  status?: number
  headers?: Record<string, string>
  /** A string goes out as it is, anything else as JSON. */
  body?: unknown
}

/**
 * An HTTP server on which each test decides what RingCentral answers, and sees what it was asked.
 */
export async function startRingCentral(reply: (request: SeenRequest) => Reply | Promise<Reply>) {
  const seen: SeenRequest[] = []
  const server = createServer(async (incoming, outgoing) => {
    let body = ''
    for await (const chunk of incoming) body += chunk
    const { method = '', url = '', headers } = incoming
    const request = { method, url, headers, body }
    seen.push(request)
    const answer = await reply(request)
    outgoing.writeHead(answer.status ?? 200, {
      'content-type': 'application/json',
      ...answer.headers,
    })
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    outgoing.end(answer.body === undefined ? undefined : text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    serverUrl,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A bare TCP server: whatever it does to a connection is up to the test. */
export async function startSockets(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createNetServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    serverUrl: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function clientOf(serverUrl: string, options: Partial<RingCentralOptions> = {}) {
  return createRingCentral({
    serverUrl,
    clientId: 'client_id-1',
    clientSecret: 's3cr3t',
    ...options,
  })
}

/** What the promise was rejected with; fails when it was not. */
export async function failureFrom(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('expected a failure')
    },
    (error: unknown) => error,
  )
}
