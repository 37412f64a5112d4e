/** The least that accepts something: node:http and one row inserted, which is committed before the answer. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { Pool } from 'pg'
import { listen } from './ready.ts'

const [, , connectionString = ''] = process.argv
const pool = new Pool({ connectionString, max: 20 })
await pool.query(
  'CREATE TABLE IF NOT EXISTS bench_row (id uuid PRIMARY KEY, body jsonb NOT NULL, "createdAt" timestamptz NOT NULL)',
)

const server = createServer(async (request, response) => {
  const id = randomUUID()
  await pool.query({
    name: 'insert',
    text: 'INSERT INTO bench_row (id, body, "createdAt") VALUES ($1, $2, $3)',
    values: [id, await json(request), new Date()],
  })
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ id }))
})
listen(server)
