import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

type Server = {
  /** Something is about to be sent. */
  onSend(socket: WebSocket): void
  /** There is something to send to a socket that is closing. */
  onClosing(socket: WebSocket): void
}

/**
 * Writes frames to sockets past `ws`, all that become ready in one go with one system call a socket. That is in
 * order with what `ws` itself sends, since without compression it puts everything on the line at once.
 */
export function createOutlets(server: Server) {
  let waiting: Outlet[] = []

  function flushAll() {
    const flushing = waiting
    waiting = []
    for (const outlet of flushing) outlet.flush()
  }

  function flushLater(outlet: Outlet) {
    // After everything that is ready now, promises that are kept included, and before anything else happens.
    if (waiting.length === 0) process.nextTick(flushAll)
    waiting.push(outlet)
  }

  const outlets = { ...server, flushLater }
  return (socket: WebSocket, line: Socket) => new Outlet(socket, line, outlets)
}

/** The way out of a WebSocket for frames that are ready. */
export class Outlet {
  readonly #socket: WebSocket
  readonly #line: Socket
  readonly #outlets: Server & { flushLater(outlet: Outlet): void }
  #frames: Buffer[] = []
  #bytes = 0
  #drained: PromiseWithResolvers<void> | undefined

  constructor(
    socket: WebSocket,
    line: Socket,
    outlets: Server & { flushLater(outlet: Outlet): void },
  ) {
    this.#socket = socket
    this.#line = line
    this.#outlets = outlets
  }

  /** Whether the client has taken most of what it was sent. */
  get hasRoom(): boolean {
    return !this.#line.writableNeedDrain
  }

  /** Resolves when there is room again. */
  room(): Promise<void> {
    if (this.hasRoom) return Promise.resolve()
    if (this.#drained) return this.#drained.promise
    const drained = Promise.withResolvers<void>()
    this.#drained = drained
    this.#line.once('drain', () => {
      this.#drained = undefined
      drained.resolve()
    })
    return drained.promise
  }

  write(frame: Buffer) {
    this.#frames.push(frame)
    this.#bytes += frame.length
    if (this.#bytes >= this.#line.writableHighWaterMark) return this.flush()
    if (this.#frames.length === 1) this.#outlets.flushLater(this)
  }

  /** Sends what has been written, before something else is sent. */
  flush() {
    const [first, ...more] = this.#frames
    if (!first) return
    this.#frames = []
    this.#bytes = 0
    const socket = this.#socket
    if (socket.readyState !== socket.OPEN) return this.#outlets.onClosing(socket)
    this.#outlets.onSend(socket)
    this.#line.write(more.length === 0 ? first : Buffer.concat([first, ...more]))
  }
}
