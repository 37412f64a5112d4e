import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../support/client.ts'
import { createTestDatabase } from '../support/database.ts'
import { freePort } from '../support/free-port.ts'
import { createDataDir, postmasterOf, readDemo, startProcess } from '../support/process.ts'

test.each(['one DATABASE_URL', 'one DATA_DIR'])(
  'a web and a worker process with %s start together and share the work',
  { timeout: 120_000 },
  async (shared) => {
    const dataDir = await createDataDir()
    const common: Record<string, string> = {
      DATA_DIR: dataDir,
      SIMULATOR_PORT: `${await freePort()}`,
    }
    if (shared === 'one DATABASE_URL') {
      const database = await createTestDatabase({ bare: true })
      onTestFinished(() => database.drop())
      common.DATABASE_URL = database.url
    }
    const worker = startProcess({ ...common, ROLE: 'worker', PORT: '0' })
    const web = startProcess({ ...common, ROLE: 'web', PORT: `${await freePort()}` })
    await Promise.all([web.ready(), worker.ready()])

    // The web process takes the text, the worker sends it, and the web process tells of it.
    const { url, apiKey, number } = await readDemo(dataDir)
    const app = createClient(url, apiKey)
    const progress = await app.subscribe(
      'subscription { messageStatusChanged { message { status } } }',
    )
    await app.query(
      'mutation ($from: String!) { sendSms(input: { from: $from, to: ["+14155550123"], text: "Hi" }) { __typename } }',
      { from: number },
    )
    await progress.waitFor((data) => data.messageStatusChanged.message.status === 'DELIVERED')
    progress.stop()

    // Either may leave first; the last one takes Postgres with it.
    expect((await worker.stop()).code).toBe(0)
    expect(await app.query('{ status { connected } }')).toEqual({ status: { connected: true } })
    expect((await web.stop()).code).toBe(0)
    expect(await postmasterOf(dataDir)).toBeUndefined()
  },
)
