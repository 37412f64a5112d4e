import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'

export type KeepAliveLimits = {
  /** How often a client that is sent nothing is asked whether it is there, and how long it may take to say so. */
  pingMs: number
  /** How long a client may take nothing of what it is sent. */
  patienceMs: number
  /** How long it then has to hear why it is cut. */
  graceMs: number
}

export const defaultKeepAliveLimits: KeepAliveLimits = {
  pingMs: 12_000,
  patienceMs: 30_000,
  graceMs: 10_000,
}

/** In the range that applications may use, and none that graphql-ws' client takes as final: it comes back. */
export const slowConsumerClose = { code: 4413, reason: 'SLOW_CONSUMER' }

/** A ping travels behind the data, so its pong says how far the client has read: asked this often. */
const bytesBetweenPings = 64 * 1024
/** Who has so much to take yet is not listened to meanwhile: answers would only pile up. */
const mostUnsentBytes = 1024 * 1024

/**
 * Ends sockets whose client is gone or takes nothing: those that owe us nothing but a pong as dead, at
 * once; those that have data to take with a close code of ours, and after a grace for good.
 *
 * graphql-ws' own keep-alive would end both alike, untyped: a pong stuck behind megabytes is late, too.
 */
export function keepAlive(
  sockets: WebSocketServer,
  limits: KeepAliveLimits,
  onSlow: (socket: WebSocket) => void,
) {
  const lookEveryMs = Math.min(1_000, ...Object.values(limits).map((ms) => ms / 10))
  const looks = (ms: number) => Math.ceil(ms / lookEveryMs)
  const patience = {
    ping: looks(limits.pingMs),
    slow: looks(limits.patienceMs),
    grace: looks(limits.graceMs),
  }
  const lines = new Map<WebSocket, Line>()

  // One of each for all sockets, of which there may be thousands that say nothing.
  function onPong(this: WebSocket, payload: Buffer) {
    lines.get(this)?.heard(payload)
  }
  function onMessage(this: WebSocket) {
    lines.get(this)?.listenLess()
  }
  function onClose(this: WebSocket) {
    lines.delete(this)
  }
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    lines.set(socket, new Line(socket, request.socket, patience, onSlow))
    socket.on('pong', onPong).on('message', onMessage).on('close', onClose)
  })
  const timer = setInterval(() => {
    for (const line of lines.values()) line.look()
  }, lookEveryMs)
  timer.unref()

  return {
    /** Something is about to be sent. */
    sends(socket: WebSocket) {
      lines.get(socket)?.sends()
    },
    stop: () => clearInterval(timer),
  }
}

type Patience = { ping: number; slow: number; grace: number }

/** Counts looks, not time: a process that was stopped for a minute must not blame its clients for it. */
class Line {
  readonly #socket: WebSocket
  readonly #line: Socket
  readonly #patience: Patience
  readonly #onSlow: (socket: WebSocket) => void
  #pingBytes = 0
  /** Positions in what was sent beside pings: where the last ping stands, and up to where pongs came. */
  #pingedAt: number
  #heardUpTo: number
  #answered = true
  #looksSincePing = 0
  #looksWithoutProgress = 0
  #taken: string | undefined
  #looksSinceCut: number | undefined

  constructor(
    socket: WebSocket,
    line: Socket,
    patience: Patience,
    onSlow: (socket: WebSocket) => void,
  ) {
    this.#socket = socket
    this.#line = line
    this.#patience = patience
    this.#onSlow = onSlow
    this.#pingedAt = this.#heardUpTo = this.#sent
  }

  get #sent(): number {
    return this.#line.bytesWritten - this.#pingBytes
  }

  #ping() {
    this.#pingedAt = this.#sent
    this.#answered = false
    this.#looksSincePing = 0
    const before = this.#line.bytesWritten
    this.#socket.ping(String(this.#pingedAt))
    this.#pingBytes += this.#line.bytesWritten - before
  }

  /** A pong has come. */
  heard(payload: Buffer) {
    const said = Number.parseInt(payload.toString(), 10)
    const position = Number.isNaN(said) ? this.#pingedAt : said
    if (position >= this.#pingedAt) this.#answered = true
    // Nobody has heard what we have not sent yet: pongs alone keep no socket that takes nothing.
    const reached = Math.min(position, this.#sent - this.#line.writableLength)
    if (reached <= this.#heardUpTo) return
    this.#heardUpTo = reached
    this.#looksWithoutProgress = 0
  }

  /** A message has come. */
  listenLess() {
    const socket = this.#socket
    if (this.#line.writableLength <= mostUnsentBytes || socket.isPaused) return
    socket.pause()
    this.#line.once('drain', () => socket.resume())
  }

  sends() {
    const { readyState, OPEN } = this.#socket
    if (this.#sent - this.#pingedAt >= bytesBetweenPings && readyState === OPEN) this.#ping()
  }

  look() {
    const socket = this.#socket
    const line = this.#line
    if (this.#looksSinceCut !== undefined) {
      this.#looksSinceCut += 1
      if (this.#looksSinceCut >= this.#patience.grace) socket.terminate()
      return
    }
    if (socket.readyState !== socket.OPEN) return

    this.#looksSincePing += 1
    if (this.#answered && this.#looksSincePing >= this.#patience.ping) this.#ping()

    const unsent = line.writableLength
    const takenNow = unsent > 0 ? `${line.bytesWritten - unsent} ${queueOf(line)}` : undefined
    const movedOn = this.#taken !== undefined && takenNow !== this.#taken
    this.#taken = takenNow
    const waits = unsent > 0 || !this.#answered
    this.#looksWithoutProgress = waits && !movedOn ? this.#looksWithoutProgress + 1 : 0
    if (this.#looksWithoutProgress === 0) return

    const owesOnlyPong = this.#sent <= this.#heardUpTo
    if (owesOnlyPong && this.#looksWithoutProgress > this.#patience.ping) socket.terminate()
    if (!owesOnlyPong && this.#looksWithoutProgress > this.#patience.slow) {
      this.#looksSinceCut = 0
      socket.close(slowConsumerClose.code, slowConsumerClose.reason)
      this.#onSlow(socket)
    }
  }
}

/**
 * Bytes that the system has not taken of the write in progress. Node tells of a write only when it is
 * through, which a large answer over a thin line may not be for minutes.
 */
function queueOf(line: Socket): number {
  const { _handle: handle } = line as { _handle?: { writeQueueSize?: number } | null }
  return handle?.writeQueueSize ?? 0
}
