/** The least that delivers: a text is made ready once and handed to every socket. It keeps no promise. */
import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { answer } from '../ipc.ts'
import { type Burst, eventOf, numberFor } from '../screens/texts.ts'
import { listen } from './ready.ts'

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
const byNumber = new Map<string, WebSocket>()
/** As long as those of the screens, which would each have another. */
const id = '00000000-0000-4000-8000-000000000000'

sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data))
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}')
    const number = payload?.variables?.filter?.number
    if (type === 'subscribe' && number) byNumber.set(number, socket)
  })
})

answer({
  publish(burst: Burst) {
    const { from, count, own } = burst
    for (let n = from; n < from + count; n++) {
      const number = numberFor(n, burst)
      const data = { messageReceived: eventOf(n, number) }
      const ready = JSON.stringify({ id, type: 'next', payload: { data } })
      if (own) byNumber.get(number)?.send(ready)
      else for (const socket of sockets.clients) socket.send(ready)
    }
  },
})
listen(server)
