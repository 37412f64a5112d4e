import type { Server } from 'node:http'

/** Listens on a free port, and says so in the way that `run` waits for. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address && typeof address === 'object') console.log(`listening on ${address.port}`)
  })
}

process.on('SIGTERM', () => process.exit(0))
