import type { Logger } from '../lib/logger.ts'
import type { OpenCarrier } from './hint-carrier.ts'

const channel = 'ringql:events'

/** Carries hints over Redis pub/sub: for many instances, where NOTIFY would be a load on Postgres. */
export function redisCarrier(redisUrl: string, logger: Logger): OpenCarrier {
  return async (receive) => {
    // Loaded when there is a Redis: most gateways have none.
    const { Redis } = await import('ioredis')
    const options = { lazyConnect: true, maxRetriesPerRequest: 1 }
    const publisher = new Redis(redisUrl, options)
    // A connection that subscribes can do nothing else.
    const subscriber = new Redis(redisUrl, { ...options, maxRetriesPerRequest: null })
    for (const connection of [publisher, subscriber]) {
      connection.on('error', (error) => logger.warn({ err: error }, 'Redis has a problem'))
    }
    subscriber.on('message', (_channel, payload) => receive(payload))
    await Promise.all([publisher.connect(), subscriber.connect()])
    await subscriber.subscribe(channel)
    return {
      async send(payload) {
        await publisher.publish(channel, payload)
      },
      async close() {
        publisher.disconnect()
        subscriber.disconnect()
      },
    }
  }
}
