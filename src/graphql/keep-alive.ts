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

  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    lines.set(socket, watchLine(socket, request.socket, patience, onSlow))
    socket.once('close', () => lines.delete(socket))
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

type Line = { sends(): void; look(): void }

/** Counts looks, not time: a process that was stopped for a minute must not blame its clients for it. */
function watchLine(
  socket: WebSocket,
  line: Socket,
  patience: { ping: number; slow: number; grace: number },
  onSlow: (socket: WebSocket) => void,
): Line {
  let pingBytes = 0
  /** Positions in what was sent beside pings: where the last ping stands, and up to where pongs came. */
  let pingedAt = 0
  let heardUpTo = 0
  let answered = true
  let looksSincePing = 0
  let looksWithoutProgress = 0
  let taken: string | undefined
  let looksSinceCut: number | undefined

  const sent = () => line.bytesWritten - pingBytes
  pingedAt = heardUpTo = sent()

  function ping() {
    pingedAt = sent()
    answered = false
    looksSincePing = 0
    const before = line.bytesWritten
    socket.ping(String(pingedAt))
    pingBytes += line.bytesWritten - before
  }

  socket.on('pong', (payload) => {
    const said = Number.parseInt(payload.toString(), 10)
    const position = Number.isNaN(said) ? pingedAt : said
    if (position >= pingedAt) answered = true
    // Nobody has heard what we have not sent yet: pongs alone keep no socket that takes nothing.
    const reached = Math.min(position, sent() - line.writableLength)
    if (reached <= heardUpTo) return
    heardUpTo = reached
    looksWithoutProgress = 0
  })

  socket.on('message', () => {
    if (line.writableLength > mostUnsentBytes) socket.pause()
  })
  line.on('drain', () => socket.resume())

  return {
    sends() {
      if (sent() - pingedAt >= bytesBetweenPings && socket.readyState === socket.OPEN) ping()
    },

    look() {
      if (looksSinceCut !== undefined) {
        looksSinceCut += 1
        if (looksSinceCut >= patience.grace) socket.terminate()
        return
      }
      if (socket.readyState !== socket.OPEN) return

      looksSincePing += 1
      if (answered && looksSincePing >= patience.ping) ping()

      const unsent = line.writableLength
      const takenNow = unsent > 0 ? `${line.bytesWritten - unsent} ${queueOf(line)}` : undefined
      const movedOn = taken !== undefined && takenNow !== taken
      taken = takenNow
      const waits = unsent > 0 || !answered
      looksWithoutProgress = waits && !movedOn ? looksWithoutProgress + 1 : 0

      const owesOnlyPong = sent() <= heardUpTo
      if (owesOnlyPong && looksWithoutProgress > patience.ping) socket.terminate()
      if (!owesOnlyPong && looksWithoutProgress > patience.slow) {
        looksSinceCut = 0
        socket.close(slowConsumerClose.code, slowConsumerClose.reason)
        onSlow(socket)
      }
    },
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
