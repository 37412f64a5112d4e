import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

/** A client that may break the rules of graphql-transport-ws. */
export async function dial(url: string, secret: string, protocol = 'graphql-transport-ws') {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol)
  const messages: any[] = []
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  socket.on('message', (data) => messages.push(JSON.parse(data.toString())))
  socket.on('error', () => undefined)
  onTestFinished(() => socket.terminate())
  await Promise.race([new Promise((resolve) => socket.on('open', resolve)), closed])
  const say = (message: unknown) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  return {
    say,
    closed,
    messages,
    socket,
    async init(authorization = `Bearer ${secret}`) {
      say({ type: 'connection_init', payload: { authorization } })
      await expect.poll(() => messages.some(({ type }) => type === 'connection_ack')).toBe(true)
    },
    /** The first message about an operation. */
    async about(id: string, ...types: string[]) {
      const find = () =>
        messages.find(
          (message) => message.id === id && (!types.length || types.includes(message.type)),
        )
      await expect.poll(find).toBeTruthy()
      return find()
    },
  }
}
