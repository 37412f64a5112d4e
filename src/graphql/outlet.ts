import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { FrameSpace } from './frame-space.ts'
import type { Payload, SubscriptionId } from './payload.ts'

type Server = {
  /** Something is about to be sent. */
  onSend(socket: WebSocket): void
  /** There is something to send to a socket that is closing. */
  onClosing(socket: WebSocket): void
}

type Frame = { payload: Payload; id: SubscriptionId }

/** How much more has left a socket is told this often: finding out how much that is in all takes as long as a frame. */
const toldEveryBytes = 8 * 1024

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

  const outlets = { ...server, flushLater, space: new FrameSpace() }
  return (socket: WebSocket, line: Socket) => new Outlet(socket, line, outlets)
}

type Outlets = Server & { flushLater(outlet: Outlet): void; space: FrameSpace }

/** The way out of a WebSocket for frames that are ready. */
export class Outlet {
  readonly #socket: WebSocket
  readonly #line: Socket
  readonly #outlets: Outlets
  #frames: Frame[] = []
  #bytes = 0
  #untold: number
  #drained: PromiseWithResolvers<void> | undefined

  constructor(socket: WebSocket, line: Socket, outlets: Outlets) {
    this.#socket = socket
    this.#line = line
    this.#outlets = outlets
    // Each from another byte on, so that what comes of it does not come to all of an audience at once.
    this.#untold = Math.floor(Math.random() * toldEveryBytes)
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

  write(payload: Payload, id: SubscriptionId) {
    this.#frames.push({ payload, id })
    this.#bytes += payload.frameBytes(id)
    if (this.#bytes >= this.#line.writableHighWaterMark) return this.flush()
    if (this.#frames.length === 1) this.#outlets.flushLater(this)
  }

  /** Sends what has been written, before something else is sent. */
  flush() {
    const [frames, bytes, line] = [this.#frames, this.#bytes, this.#line]
    if (frames.length === 0) return
    this.#frames = []
    this.#bytes = 0
    const [socket, { space }] = [this.#socket, this.#outlets]
    if (socket.readyState !== socket.OPEN) return this.#outlets.onClosing(socket)
    this.#untold += bytes
    if (this.#untold >= toldEveryBytes) {
      this.#untold = 0
      this.#outlets.onSend(socket)
    }
    const waits = line.writableLength > 0
    const target = waits ? Buffer.allocUnsafe(bytes) : space.take(bytes)
    let at = 0
    for (const { payload, id } of frames) at = payload.writeFrame(target, at, id)
    line.write(target)
    if (!waits && line.writableLength > 0) space.leave()
  }
}
