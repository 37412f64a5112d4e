/** graphql-yoga with graphql-ws and its own pub/sub, put together as their documentation does. */
import { createServer } from 'node:http'
import { useServer } from 'graphql-ws/use/ws'
import { createPubSub, createSchema, createYoga } from 'graphql-yoga'
import { WebSocketServer } from 'ws'
import { answer } from '../ipc.ts'
import { type Burst, eventOf } from '../screens/texts.ts'
import { listen } from './ready.ts'
import { typeDefs } from './schema.ts'

const pubSub = createPubSub<{ text: [ReturnType<typeof eventOf>] }>()
const yoga = createYoga({
  graphqlEndpoint: '/graphql',
  logging: false,
  schema: createSchema({
    typeDefs,
    resolvers: {
      Subscription: {
        messageReceived: {
          subscribe: () => pubSub.subscribe('text'),
          resolve: (event: ReturnType<typeof eventOf>) => event,
        },
      },
    },
  }),
})
const server = createServer(yoga)
const sockets = new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false })

// biome-ignore lint/suspicious/noExplicitAny: what yoga hands over, as in its documentation
type Enveloped = any
useServer(
  {
    execute: (args: Enveloped) => args.rootValue.execute(args),
    subscribe: (args: Enveloped) => args.rootValue.subscribe(args),
    async onSubscribe(context, _id, params) {
      const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
        ...context,
        req: context.extra.request,
        socket: context.extra.socket,
        params,
      })
      const args = {
        schema,
        operationName: params.operationName,
        document: parse(params.query),
        variableValues: params.variables,
        contextValue: await contextFactory(),
        rootValue: { execute, subscribe },
      }
      const errors = validate(args.schema, args.document)
      return errors.length > 0 ? errors : args
    },
  },
  sockets,
)

answer({
  publish({ from, count }: Burst) {
    for (let n = from; n < from + count; n++) pubSub.publish('text', eventOf(n))
  },
})
listen(server)
