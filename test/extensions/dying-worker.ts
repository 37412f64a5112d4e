import { createApp } from '../../src/app.ts'
import { createLogger } from '../../src/lib/logger.ts'

// What keeping-access.test.ts runs as a process of its own: a worker that is killed between RingCentral's answer to a
// refresh and everything that would follow.
const { clockAheadMs, ...options } = JSON.parse(process.argv[2] ?? '{}')
await createApp({
  ...options,
  port: 0,
  redisUrl: null,
  encryptionKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
  tokenCallsPerMinute: 600,
  role: 'worker',
  graphiql: null,
  logger: createLogger('silent'),
  clock: { now: () => new Date(Date.now() + clockAheadMs) },
  fetch: async (url, init) => {
    const response = await fetch(url, init)
    if (String(url).endsWith('/restapi/oauth/token')) {
      await response.text()
      process.kill(process.pid, 'SIGKILL')
    }
    return response
  },
})
console.log('at work')
