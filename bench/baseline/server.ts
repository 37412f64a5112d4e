/**
 * The least that could do the same: node:http, one row inserted with pg, one ws broadcast. What the gateway takes beyond
 * it is what its promises cost.
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { WebSocketServer } from 'ws'

const [, , databaseUrl = '', calledUrl = ''] = process.argv
const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 })
await pool.query('CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, body text)')

const sockets = new WebSocketServer({ noServer: true })
const server = createServer(async (request, response) => {
  const acceptedAt = performance.timeOrigin + performance.now()
  const body = await text(request)
  await pool.query('INSERT INTO bench_bare (body) VALUES ($1)', [body])
  response.end('{}')
  if (request.url === '/tell') for (const socket of sockets.clients) socket.send(body)
  else await fetch(calledUrl, { method: 'POST', body: String(acceptedAt) })
})
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, () => undefined)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(`listening on ${address.port}`)
})
process.on('SIGTERM', () => process.exit(0))
