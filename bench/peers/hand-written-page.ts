/** The least that answers a page: node:http, one prepared statement, JSON. It checks nothing and knows one question. */
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { Pool } from 'pg'
import { listen } from './ready.ts'

const [, , connectionString = '', tenantId = ''] = process.argv
const pool = new Pool({ connectionString, max: 20 })
const size = 50

type Row = { id: string; createdAt: Date }
const encode = ({ id, createdAt }: Row) =>
  Buffer.from(JSON.stringify([createdAt, id])).toString('base64url')

const server = createServer(async (request, response) => {
  const { after } = (await json(request)) as { after?: string }
  const [createdAt, id] = after
    ? JSON.parse(Buffer.from(after, 'base64url').toString())
    : ['infinity', '']
  const { rows } = await pool.query({
    name: 'page',
    text: `SELECT "id", "direction", "status", "from", "to", "text", "createdAt" FROM "Message"
           WHERE "tenantId" = $1 AND ("createdAt", "id") < ($2, $3)
           ORDER BY "createdAt" DESC, "id" DESC LIMIT ${size + 1}`,
    values: [tenantId, createdAt, id],
  })
  const page = (rows as Row[]).slice(0, size)
  const edges = page.map((node) => ({ cursor: encode(node), node }))
  const messages = {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: Boolean(after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ data: { messages } }))
})
listen(server)
