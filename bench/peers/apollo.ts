/** Apollo Server with graphql-ws and graphql-subscriptions, put together as its documentation does. */
import { createServer } from 'node:http'
import { ApolloServer } from '@apollo/server'
import { expressMiddleware } from '@as-integrations/express5'
import { makeExecutableSchema } from '@graphql-tools/schema'
import express from 'express'
import { PubSub } from 'graphql-subscriptions'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { answer } from '../ipc.ts'
import { type Burst, eventOf } from '../screens/texts.ts'
import { listen } from './ready.ts'
import { typeDefs } from './schema.ts'

const pubSub = new PubSub()
const schema = makeExecutableSchema({
  typeDefs,
  resolvers: {
    Subscription: { messageReceived: { subscribe: () => pubSub.asyncIterableIterator('text') } },
  },
})
const app = express()
const server = createServer(app)
const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false })
useServer({ schema }, sockets)
const apollo = new ApolloServer({ schema })
await apollo.start()
app.use('/graphql', express.json(), expressMiddleware(apollo))

answer({
  async publish({ from, count }: Burst) {
    for (let n = from; n < from + count; n++) {
      await pubSub.publish('text', { messageReceived: eventOf(n) })
    }
  },
})
listen(server)
