import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import type { Gateway } from '../gateway.ts'
import { withBaseline } from '../rig/baseline.ts'
import { withDemo } from '../rig/demo.ts'
import type { Bench, Outcome } from './part.ts'

type Demo = Gateway & { number: string }

const rounds = 20
const warmUps = 4
/**
 * Between two measurements: this is about how long one takes, not about how many fit. A text goes on for more than a
 * second after it was sent (delivered, and told of that), and RingCentral allows 40 a minute.
 */
const pauseMs = 1_300
/** The baseline does nothing afterwards. */
const barePauseMs = 100

/** One text at a time, on its way out and on its way in, on an idle gateway. */
export async function measureTexts(bench: Bench): Promise<Outcome> {
  const { home, say } = bench
  const { sent, told } = await withDemo(bench, 'texts', async (gateway) => ({
    sent: await sending(gateway, say),
    told: await telling(gateway, say),
  }))
  say('the baseline')
  const bare = await withBaseline(home, async ({ url, calledAfter, call }) => ({
    answered: await accepting(url, call),
    called: calledAfter.slice(warmUps, warmUps + rounds),
    told: await hearing(url),
  }))
  return {
    measured: [
      {
        what: 'sendSms asked to answered',
        unit: 'ms',
        ours: sent.answered,
        baseline: { name: 'node:http + INSERT', samples: bare.answered },
      },
      {
        what: 'sendSms accepted to RingCentral called',
        unit: 'ms',
        ours: sent.called,
        baseline: { name: 'node:http + INSERT + fetch', samples: bare.called },
        promised: 50,
      },
      {
        what: 'webhook sent to subscriber told',
        unit: 'ms',
        ours: told,
        baseline: { name: 'node:http + INSERT + ws', samples: bare.told },
        promised: 50,
      },
    ],
  }
}

/** From the row's own time to the moment the simulator accepted it; both clocks are this machine's. */
async function sending(gateway: Demo, say: Bench['say']) {
  // RingCentral takes 40 texts a minute from one extension, and the simulator as well: so three of them.
  const senders = [gateway.number]
  for (const id of ['62264426016', '62264427016']) senders.push(await gateway.connect(id))
  const acceptedAt = new Map<string, number>()
  const answered: number[] = []
  say(`sending ${rounds} texts`)
  for (let i = 0; i < rounds + warmUps; i++) {
    const words = `bench ${i}`
    const askedAt = now()
    const { sendSms } = await gateway.ask(
      `mutation ($input: SendSmsInput!) {
        sendSms(input: $input) { ... on Message { createdAt } ... on Error { message } } }`,
      { input: { from: senders[i % senders.length], to: ['+14155550123'], text: words } },
    )
    if (!sendSms.createdAt) throw new Error(sendSms.message)
    if (i >= warmUps) {
      answered.push(now() - askedAt)
      acceptedAt.set(words, Date.parse(sendSms.createdAt))
    }
    await sleep(pauseMs)
  }
  await sleep(1_000)
  const outbox = await gateway.simulator<{ text: string; acceptedAt: string }[]>('outbox')
  const called = outbox.flatMap(({ text, acceptedAt: calledAt }) => {
    const accepted = acceptedAt.get(text)
    return accepted === undefined ? [] : [Date.parse(calledAt) - accepted]
  })
  return { answered, called }
}

/** From the moment the simulator posts the notification to the moment a WebSocket client has it. */
async function telling(gateway: Demo, say: Bench['say']): Promise<number[]> {
  const toldAt: number[] = []
  let wake: () => void = () => undefined
  const socket = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    connectionParams: { authorization: `Bearer ${gateway.apiKey}` },
  })
  socket.subscribe(
    { query: 'subscription { messageReceived { cursor message { from to text } } }' },
    {
      next: () => {
        toldAt.push(now())
        wake()
      },
      error: (error) => {
        throw error
      },
      complete: () => undefined,
    },
  )
  await sleep(500)
  say(`receiving ${rounds} texts`)
  for (let i = 0; i < rounds + warmUps; i++) {
    const heard = new Promise<void>((resolve) => {
      wake = resolve
    })
    const words = `bench ${i}`
    await gateway.simulator('inbound', { from: '+14155550123', to: gateway.number, text: words })
    await heard
    await sleep(pauseMs)
  }
  await socket.dispose()
  type Entry = { at: string; direction: string; note?: string }
  const ledger = await gateway.simulator<Entry[]>('ledger')
  const posted = ledger
    .filter(
      ({ direction, note }) => direction === 'out' && note?.includes('/message-store/instant'),
    )
    .slice(-(rounds + warmUps))
  return posted.slice(warmUps).map(({ at }, i) => (toldAt[i + warmUps] ?? 0) - Date.parse(at))
}

/** The same of the baseline, which inserts a row and calls. */
async function accepting(url: string, call: () => Promise<unknown>): Promise<number[]> {
  const answered: number[] = []
  for (let i = 0; i < rounds + warmUps; i++) {
    const called = call()
    const askedAt = now()
    await post(`${url}/accept`)
    answered.push(now() - askedAt)
    await called
    await sleep(barePauseMs)
  }
  return answered.slice(warmUps)
}

/** The same of the baseline, which inserts a row and tells whoever is on the line. */
async function hearing(url: string): Promise<number[]> {
  const told: number[] = []
  const socket = new WebSocket(url.replace('http', 'ws'))
  await new Promise((resolve) => socket.once('open', resolve))
  for (let i = 0; i < rounds + warmUps; i++) {
    const heard = new Promise((resolve) => socket.once('message', resolve))
    const postedAt = now()
    await Promise.all([post(`${url}/tell`), heard.then(() => told.push(now() - postedAt))])
    await sleep(barePauseMs)
  }
  socket.terminate()
  return told.slice(warmUps)
}

const post = (url: string) =>
  fetch(url, { method: 'POST', body: 'bench' }).then((response) => response.text())

const now = () => performance.timeOrigin + performance.now()
