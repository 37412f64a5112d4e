import { createApp } from '../../src/app.ts'
import { createLogger } from '../../src/lib/logger.ts'

// What support/dying-sender.ts runs as a process of its own: a worker that RingCentral's answer to a text reaches, and that
// does nothing any more until it is killed.
const options = JSON.parse(process.argv[2] ?? '{}')
await createApp({
  ...options,
  port: 0,
  redisUrl: null,
  encryptionKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
  tokenCallsPerMinute: 600,
  role: 'worker',
  graphiql: null,
  logger: createLogger('silent'),
  fetch: async (url, init) => {
    const response = await fetch(url, init)
    if (String(url).endsWith('/sms')) {
      console.log('sending')
      await new Promise(() => undefined)
    }
    return response
  },
})
console.log('at work')
