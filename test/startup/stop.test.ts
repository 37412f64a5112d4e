import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createDataDir, postmasterOf, readDemo, startProcess } from '../support/process.ts'

/** A socket that listens to texts, as a dashboard does. */
async function listen(url: string, apiKey: string) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  const acknowledged = once(socket, 'message')
  const authorization = `Bearer ${apiKey}`
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }))
  await acknowledged
  const query = 'subscription { messageReceived { cursor } }'
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }))
  return socket
}

test('SIGTERM stops in order: not ready, sockets closed with 1001, Postgres gone, exit code 0', {
  timeout: 120_000,
}, async () => {
  const dataDir = await createDataDir()
  const server = startProcess({ DATA_DIR: dataDir, PORT: '0', SIMULATOR_PORT: '0' })
  await server.ready()
  const { url, apiKey } = await readDemo(dataDir)
  const readiness = async () => (await fetch(`${url}/health/ready`).catch(() => undefined))?.status
  expect(await readiness()).toBe(200)
  expect(await postmasterOf(dataDir)).toBeGreaterThan(0)

  const dashboard = await listen(url, apiKey)
  // Its laptop was closed: it will not answer that it heard the goodbye, and must keep nobody waiting.
  const sleeper = await listen(url, apiKey)
  sleeper.pause()
  const goodbye = once(dashboard, 'close')
  const stopping = server.stop()
  const seen = new Set<number | undefined>()
  const watching = (async () => {
    for (; !seen.has(undefined); await sleep(20)) seen.add(await readiness())
  })()

  const [code, reason] = await goodbye
  expect({ code, reason: String(reason) }).toEqual({ code: 1001, reason: 'Going away' })
  const { code: exitCode, ms } = await stopping
  expect({ exitCode, output: server.output.includes('did not stop') }).toEqual({
    exitCode: 0,
    output: false,
  })
  expect(ms).toBeLessThan(10_000)
  await watching
  expect(seen).toContain(503)
  expect(await postmasterOf(dataDir)).toBeUndefined()
  sleeper.terminate()
})

test('SIGINT while it is starting leaves nothing behind either', { timeout: 120_000 }, async () => {
  const dataDir = await createDataDir()
  const server = startProcess({ DATA_DIR: dataDir, PORT: '0', SIMULATOR_PORT: '0' })
  while (!(await postmasterOf(dataDir))) await sleep(10)
  const { ms } = await server.stop('SIGINT')
  expect(ms).toBeLessThan(10_000)
  expect(await postmasterOf(dataDir)).toBeUndefined()
})
