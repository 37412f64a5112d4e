import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** The way out of a WebSocket for frames that are ready. */
export type Outlet = {
  /** Whether the client has taken most of what it was sent. */
  readonly hasRoom: boolean
  /** Resolves when there is room again. */
  room(): Promise<void>
  write(frame: Buffer): void
  /** Sends what has been written, before something else is sent. */
  flush(): void
}

/**
 * Writes frames to sockets past `ws`, all that become ready in one go with one system call a socket. That is in
 * order with what `ws` itself sends, since without compression it puts everything on the line at once.
 */
export function createOutlets() {
  let waiting: (() => void)[] = []

  function flushAll() {
    const flushing = waiting
    waiting = []
    for (const flush of flushing) flush()
  }

  return function outletOf(
    socket: WebSocket,
    line: Socket,
    { onSend, onClosing }: { onSend: () => void; onClosing: () => void },
  ): Outlet {
    let frames: Buffer[] = []
    let bytes = 0
    let drained: PromiseWithResolvers<void> | undefined

    function flush() {
      const [first, ...more] = frames
      if (!first) return
      frames = []
      bytes = 0
      if (socket.readyState !== socket.OPEN) return onClosing()
      onSend()
      line.write(more.length === 0 ? first : Buffer.concat([first, ...more]))
    }

    function onDrain() {
      drained?.resolve()
      drained = undefined
    }

    return {
      get hasRoom() {
        return !line.writableNeedDrain
      },
      room() {
        if (!line.writableNeedDrain) return Promise.resolve()
        if (!drained) line.once('drain', onDrain)
        drained ??= Promise.withResolvers()
        return drained.promise
      },
      write(frame) {
        frames.push(frame)
        bytes += frame.length
        if (bytes >= line.writableHighWaterMark) return flush()
        if (frames.length > 1) return
        // After everything that is ready now, promises that are kept included, and before anything else happens.
        if (waiting.length === 0) process.nextTick(flushAll)
        waiting.push(flush)
      },
      flush,
    }
  }
}
