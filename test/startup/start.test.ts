import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createClient } from '../support/client.ts'
import { freePort } from '../support/free-port.ts'
import { createDataDir, postmasterOf, readDemo, startProcess } from '../support/process.ts'

const messages = '{ messages { nodes { text status } } }'

test('a first start ends with everything to try it; further starts go on with the same data', {
  timeout: 120_000,
}, async () => {
  const dataDir = await createDataDir()
  const env = { DATA_DIR: dataDir, PORT: `${await freePort()}`, SIMULATOR_PORT: '0' }

  const first = startProcess(env)
  await first.ready()
  const demo = await readDemo(dataDir)
  expect(demo).toEqual({
    url: `http://localhost:${env.PORT}`,
    apiKey: expect.stringMatching(/^rql_/),
    operatorKey: expect.any(String),
    simulatorUrl: expect.stringMatching(/^http:\/\/localhost:\d+$/),
    number: '+12025550101',
  })
  expect((await stat(join(dataDir, 'demo.json'))).mode & 0o077).toBe(0)
  for (const shown of [
    `${demo.url}/graphql`,
    demo.apiKey,
    demo.operatorKey,
    `${demo.simulatorUrl}/simulator`,
    'subscription { messageReceived',
    `curl ${demo.simulatorUrl}/simulator/inbound`,
    'createConnectToken',
  ]) {
    expect(first.output).toContain(shown)
  }

  // What was printed works: the key, the operator's key, GraphiQL, the text that arrives.
  const app = createClient(demo.url, demo.apiKey)
  expect(await app.query('{ status { connected } }')).toEqual({ status: { connected: true } })
  const operator = createClient(demo.url, demo.operatorKey)
  const { tenants } = await operator.query('{ tenants { nodes { name } } }')
  expect(tenants.nodes).toEqual([{ name: 'Demo' }])
  const page = await fetch(`${demo.url}/`, { headers: { accept: 'text/html' } })
  expect(page.url).toBe(`${demo.url}/graphql`)
  const graphiql = await page.text()
  expect(graphiql).toContain(demo.apiKey)
  expect(graphiql).toContain('messageReceived')
  const live = await app.subscribe('subscription { messageReceived { message { text } } }')
  await arrive(demo, 'Hello!')
  await live.waitFor(({ messageReceived }) => messageReceived.message.text === 'Hello!')
  live.stop()

  // A second start has the same tenant, key and messages, and a text can arrive again.
  expect((await first.stop()).code).toBe(0)
  expect(await postmasterOf(dataDir)).toBeUndefined()
  const second = startProcess(env)
  await second.ready()
  const again = await readDemo(dataDir)
  expect({ ...again, simulatorUrl: '' }).toEqual({ ...demo, simulatorUrl: '' })
  await expectTexts('Hello!')
  await arrive(again, 'Hello again!')
  await expectTexts('Hello again!', 'Hello!')

  // Also when the last one had no time to say goodbye.
  await second.stop('SIGKILL')
  const third = startProcess(env)
  await third.ready()
  await arrive(await readDemo(dataDir), 'Still there?')
  await expectTexts('Still there?', 'Hello again!', 'Hello!')
  expect((await operator.query('{ tenants { nodes { name } } }')).tenants.nodes).toHaveLength(1)
  expect((await third.stop()).code).toBe(0)
  expect(await postmasterOf(dataDir)).toBeUndefined()
  await expect(readDemo(dataDir)).rejects.toThrow('ENOENT')

  async function expectTexts(...texts: string[]) {
    const list = await app.waitFor(messages, (data) => {
      return data.messages.nodes.length === texts.length && data.messages.nodes
    })
    expect(list.map(({ text }: { text: string }) => text)).toEqual(texts)
  }
})

test('demo.json is there only when all is ready', { timeout: 120_000 }, async () => {
  const dataDir = await createDataDir()
  const server = startProcess({ DATA_DIR: dataDir, PORT: '0', SIMULATOR_PORT: '0' })
  while (!(await readDemo(dataDir).catch(() => undefined))) {
    expect(server.output).toBe('')
    await sleep(10)
  }
  const { url, apiKey } = await readDemo(dataDir)
  const { phoneNumbers } = await createClient(url, apiKey).query(
    '{ phoneNumbers { nodes { phoneNumber } } }',
  )
  expect(phoneNumbers.nodes).toEqual([{ phoneNumber: '+12025550101' }])
  await server.ready()

  // A start that fails takes the last one's away.
  expect((await server.stop()).code).toBe(0)
  const taken = await takePort()
  const failing = startProcess({ DATA_DIR: dataDir, PORT: taken.port, SIMULATOR_PORT: '0' })
  expect(await failing.exited).toBe(1)
  await expect(readDemo(dataDir)).rejects.toThrow('ENOENT')
  taken.free()
})

test('a port that is taken is named in one sentence, and nothing is left behind', {
  timeout: 120_000,
}, async () => {
  const dataDir = await createDataDir()
  const { port, free } = await takePort()
  for (const ports of [
    { PORT: port, SIMULATOR_PORT: '0' },
    { PORT: '0', SIMULATOR_PORT: port },
  ]) {
    const server = startProcess({ DATA_DIR: dataDir, ...ports })
    expect(await server.exited).toBe(1)
    expect(server.output).toContain(`port ${port} is taken`)
    expect(server.output).not.toMatch(/ at .*\.(ts|js):\d/)
    expect(await postmasterOf(dataDir)).toBeUndefined()
  }
  free()
})

test('a faulty configuration is refused before anything starts, with every fault', async () => {
  const dataDir = await createDataDir()
  const server = startProcess({ DATA_DIR: dataDir, PORT: 'x', ROLE: 'y', NODE_ENV: 'production' })
  expect(await server.exited).toBe(1)
  for (const name of ['PORT', 'ROLE', 'ENCRYPTION_KEYS', 'OPERATOR_KEY', 'PUBLIC_URL']) {
    expect(server.output).toContain(`  - ${name} `)
  }
  expect(await postmasterOf(dataDir)).toBeUndefined()
})

async function arrive({ simulatorUrl, number }: Record<string, string>, text: string) {
  const response = await fetch(`${simulatorUrl}/simulator/inbound`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from: '+14155550123', to: number, text }),
  })
  expect(response.status).toBe(200)
}

/** A port on which somebody else listens already. */
async function takePort() {
  const port = await freePort()
  const server = createServer().listen(port)
  return { port: `${port}`, free: () => void server.close() }
}
