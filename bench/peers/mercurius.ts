/** Mercurius on Fastify, with its JIT for every operation and its own pub/sub. */
import fastify from 'fastify'
import mercurius from 'mercurius'
import { answer } from '../ipc.ts'
import { type Burst, eventOf } from '../screens/texts.ts'
import { typeDefs } from './schema.ts'

const app = fastify()
app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  subscription: true,
  resolvers: {
    Subscription: {
      messageReceived: { subscribe: (_root, _args, { pubsub }) => pubsub.subscribe('text') },
    },
  },
})
await app.listen({ port: 0, host: '127.0.0.1' })

answer({
  async publish({ from, count }: Burst) {
    for (let n = from; n < from + count; n++) {
      const payload = { messageReceived: eventOf(n) }
      await new Promise<void>((resolve) => {
        app.graphql.pubsub.publish({ topic: 'text', payload }, () => resolve())
      })
    }
  },
})
process.on('SIGTERM', () => process.exit(0))
const address = app.server.address()
if (address && typeof address === 'object') console.log(`listening on ${address.port}`)
