import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { WebSocketServer } from 'ws'

export type HttpServer = Awaited<ReturnType<typeof createHttpServer>>

/** How long somebody may take to ask, in milliseconds: https://en.wikipedia.org/wiki/Slowloris_(cyber_attack) */
export type AskingLimits = { headersMs: number; requestMs: number }

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** Why an upgrade is refused, as HTTP's status line says it. */
export type UpgradeRefusal = '403 Forbidden' | '429 Too Many Requests'

/** Answers a request by itself and says so; undefined at once for what is none of its. It never rejects. */
export type Door = (
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<boolean> | undefined

const defaultAskingLimits: AskingLimits = { headersMs: 15_000, requestMs: 30_000 }
const maxHeaderBytes = 16 * 1024

/** Listens at once, so that its address is known and health checks are answered; serves when told what. */
export async function createHttpServer({
  port,
  askingLimits = defaultAskingLimits,
}: {
  port: number
  askingLimits?: AskingLimits | undefined
}) {
  let listener: Listener = (_request, response) => {
    response.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '1' }).end('Starting\n')
  }
  const server = createServer(
    {
      headersTimeout: askingLimits.headersMs,
      requestTimeout: askingLimits.requestMs,
      // Left out, Node looks twice a minute whether somebody takes too long.
      connectionsCheckingInterval: Math.min(1_000, askingLimits.headersMs / 2),
      maxHeaderSize: maxHeaderBytes,
      keepAliveTimeout: 65_000,
    },
    (request, response) => listener(request, response),
  )
  await listen(server, port)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')

  return {
    port: address.port,

    /** `direct`: what is under its path it answers itself. `door` is asked first of all else; what it leaves goes by the routes. */
    serve(
      routes: Hono<{ Bindings: HttpBindings }>,
      { direct, door }: { direct?: { path: string; listener: Listener }; door?: Door } = {},
    ) {
      const handle = getRequestListener(routes.fetch, { overrideGlobalObjects: false })
      listener = (request, response) => {
        if (direct && request.url?.startsWith(direct.path))
          return direct.listener(request, response)
        const answered = door?.(request, response)
        if (!answered) return void handle(request, response)
        void answered.then((isAnswered) => (isAnswered ? undefined : handle(request, response)))
      }
    },

    /** WebSockets on one path, for those who may have one; any other upgrade is refused. */
    upgrade(
      path: string,
      sockets: WebSocketServer,
      refusalOf: (request: IncomingMessage) => UpgradeRefusal | undefined,
    ) {
      server.on('upgrade', (request, socket: Socket, head) => {
        if (request.url?.split('?', 1)[0] !== path) return refuse(socket, '404 Not Found')
        const refusal = refusalOf(request)
        if (refusal) return refuse(socket, refusal)
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

function refuse(socket: Socket, status: string): void {
  // Who hangs up before it has been told must not end the process.
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  socket.destroySoon()
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
