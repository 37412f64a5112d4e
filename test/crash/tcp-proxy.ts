import { connect, createServer, type Socket } from 'node:net'

export type TcpProxy = Awaited<ReturnType<typeof startTcpProxy>>

/** `refuse`: reset before a byte goes through. `black hole`: taken, and never answered. */
export type ProxyMode = 'pass' | 'refuse' | 'black hole'

/** `up` is what the client sends, `down` what it is answered; `containing`: only where the bytes have this in them. */
export type Cut = { direction: 'up' | 'down'; afterBytes: number; containing?: string }

/** A cable that can be cut: forwards to the port that `target` names when a connection comes in. */
export async function startTcpProxy(target: () => number | undefined) {
  const connections = new Set<() => void>()
  let overhear: ((port: number, chunk: Buffer) => void) | undefined
  let mode: ProxyMode = 'pass'
  let cut: Cut | undefined

  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => undefined)
    const port = target()
    if (mode === 'refuse' || port === undefined) return void client.resetAndDestroy()
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
    upstream.on('error', () => undefined)

    const reset = () => {
      connections.delete(reset)
      for (const socket of [client, upstream]) if (!socket.destroyed) socket.resetAndDestroy()
    }
    connections.add(reset)
    upstream.on('data', (chunk) => overhear?.(port, chunk))
    forward(client, upstream, 'up', reset)
    forward(upstream, client, 'down', reset)
  })

  function forward(from: Socket, to: Socket, direction: Cut['direction'], reset: () => void) {
    from.on('data', (chunk) => {
      // What falls into a black hole stays unread for ever, even when it is gone.
      if (mode === 'black hole') return
      if (cut?.direction === direction && chunk.includes(cut.containing ?? '')) {
        const { afterBytes } = cut
        cut = undefined
        to.write(chunk.subarray(0, afterBytes))
        // A reset right behind them would take the bytes along.
        return void setTimeout(reset, 5)
      }
      if (!to.write(chunk)) {
        from.pause()
        to.once('drain', () => from.resume())
      }
    })
    from.on('end', () => to.end())
    from.on('close', (hadError) => (hadError ? reset() : connections.delete(reset)))
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port')

  const resetAll = () => {
    for (const reset of [...connections]) reset()
  }
  return {
    port: address.port,
    resetAll,

    /** Hears what a port answers, before whoever asked. */
    overhear(listener: typeof overhear) {
      overhear = listener
    },

    /** The next bytes in that direction, on whatever connection, are the last ones of it. */
    cutNext(next: Cut) {
      cut = next
    },

    /** Connections that stood before go down with it, and again when it ends: their bytes are lost. */
    async during(other: Exclude<ProxyMode, 'pass'>, work: () => Promise<unknown>) {
      mode = other
      if (other === 'refuse') resetAll()
      try {
        await work()
      } finally {
        mode = 'pass'
        if (other === 'black hole') resetAll()
      }
    },

    async close() {
      resetAll()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
