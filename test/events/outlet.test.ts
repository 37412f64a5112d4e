import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { WebSocket } from 'ws'
import { createOutlets } from '../../src/graphql/outlet.ts'
import { Payload, SubscriptionId } from '../../src/graphql/payload.ts'

/** A line, and what comes out of it. */
async function openLine() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [near] = (await once(server, 'connection')) as [Socket]
  onTestFinished(() => {
    far.destroy()
    server.close()
  })
  const chunks: Buffer[] = []
  far.on('data', (chunk) => chunks.push(chunk))
  return { near, far, came: () => Buffer.concat(chunks).toString('latin1') }
}

test('what a line has not taken yet stays as it was, whatever goes out to others meanwhile', async () => {
  const [slow, brisk] = [await openLine(), await openLine()]
  slow.far.pause()
  const outletOf = createOutlets({ onSend: () => undefined, onClosing: () => undefined })
  const socket = { readyState: 1, OPEN: 1 } as WebSocket
  const [toSlow, toBrisk] = [outletOf(socket, slow.near), outletOf(socket, brisk.near)]
  const ids = { slow: new SubscriptionId('slow'), brisk: new SubscriptionId('busy') }
  const payloadOf = (n: number, sign: string) => new Payload({ n, text: sign.repeat(10_000) })
  let sent = 0
  for (let more = 3; more > 0; sent += 1) {
    toSlow.write(payloadOf(sent, 's'), ids.slow)
    await new Promise(process.nextTick)
    toBrisk.write(payloadOf(sent, 'b'), ids.brisk)
    await new Promise(setImmediate)
    if (slow.near.writableLength > 0) more -= 1
  }
  slow.far.resume()
  const told = (came: string) => came.match(/"(slow|busy)|"n":\d+|([sb])\2+/g)
  const toldTo = (id: string, sign: string) =>
    Array.from({ length: sent }, (_, n) => [`"${id}`, `"n":${n}`, sign.repeat(10_000)]).flat()
  await expect.poll(() => slow.came().length).toBe(brisk.came().length)
  expect(told(slow.came())).toEqual(toldTo('slow', 's'))
  expect(told(brisk.came())).toEqual(toldTo('busy', 'b'))
})
