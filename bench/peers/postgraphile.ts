/** PostGraphile on a schema that shows the same table, put together as its documentation does. */
import { createServer } from 'node:http'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { listen } from './ready.ts'

const [, , connectionString = '', schema = ''] = process.argv
const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: [schema] })],
  grafserv: { graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
})
const server = createServer()
server.on('error', (error) => {
  throw error
})
await pgl.createServ(grafserv).addTo(server)
listen(server)
