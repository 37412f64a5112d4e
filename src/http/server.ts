import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { WebSocketServer } from 'ws'

export type HttpServer = Awaited<ReturnType<typeof createHttpServer>>

/** Listens at once, so that its address is known and health checks are answered; serves when told what. */
export async function createHttpServer({ port }: { port: number }) {
  let listener = (_request: IncomingMessage, response: import('node:http').ServerResponse) => {
    response.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '1' }).end('Starting\n')
  }
  const server = createServer(
    { headersTimeout: 15_000, requestTimeout: 30_000, keepAliveTimeout: 65_000 },
    (request, response) => listener(request, response),
  )
  await listen(server, port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')

  return {
    port: address.port,

    serve(routes: Hono<{ Bindings: HttpBindings }>) {
      const handle = getRequestListener(routes.fetch, { overrideGlobalObjects: false })
      listener = (request, response) => void handle(request, response)
    },

    /** WebSockets on one path; any other upgrade is refused. */
    upgrade(path: string, sockets: WebSocketServer) {
      server.on('upgrade', (request, socket: Socket, head) => {
        if (request.url?.split('?', 1)[0] !== path) {
          socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n')
          return
        }
        sockets.handleUpgrade(request, socket, head, (webSocket) =>
          sockets.emit('connection', webSocket, request),
        )
      })
    },

    /** Takes no new connections, lets answers finish for a while, then cuts what is left. */
    async close({ withinMs }: { withinMs: number }) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => server.closeAllConnections(), withinMs)
      await closed
      clearTimeout(timer)
    },
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
