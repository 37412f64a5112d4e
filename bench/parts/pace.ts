import { setTimeout as sleep } from 'node:timers/promises'
import type { Gateway } from '../gateway.ts'
import { type Figure, percentile } from '../report.ts'

const texts = Number(process.env.PACE_TEXTS ?? 1_000)
const senders = 5
/** RingCentral's and the simulator's, each minute and extension. */
const allowed = 40
const minute = 60_000
/** People who write by hand meanwhile, one after the other over all extensions. */
const byHandEveryMs = 6_000
/** The token endpoint takes five calls a minute. */
const connectEveryMs = 14_000
/** How often all who wait are asked when they will leave. */
const askEveryMs = 60_000

type Sent = { from: string; to: string[]; text: string; acceptedAt: string }
type Call = { at: string; direction: string; path: string; status?: number; extensionId?: string }
type Waiting = { id: string; from: string; to: string[]; estimatedSendAt: string | null }
type Told = { to: string; askedAt: number; estimated: number }

const sendSmsBatch = `mutation ($input: SendSmsBatchInput!) {
  result: sendSmsBatch(input: $input) { ... on MessageBatch { id } ... on Error { message } } }`
const sendSms = `mutation ($input: SendSmsInput!) {
  result: sendSms(input: $input) { ... on Message { createdAt } ... on Error { message } } }`
const waiting = `query ($id: ID!, $after: String) { messageBatch(id: $id) {
  messages(first: 100, after: $after, filter: { status: [QUEUED] }) {
    pageInfo { hasNextPage endCursor } nodes { id from to estimatedSendAt } } } }`

/** A batch over five numbers at RingCentral's own pace, while people text by hand. Takes minutes. */
export async function measurePace(
  gateway: Gateway & { number: string },
  say: (text: string) => void,
): Promise<Figure[]> {
  const from = await connectSenders(gateway)
  const recipients = Array.from({ length: texts }, (_, n) => ({
    to: `+130355${String(n).padStart(5, '0')}`,
  }))
  const { result: batch } = await gateway.ask(sendSmsBatch, {
    input: { from, text: 'To all of you', recipients },
  })
  if (!batch.id) throw new Error(batch.message)

  const read = async () =>
    (
      await gateway.ask(
        `{ messageBatch(id: "${batch.id}") { status counts { waiting sent delivered } messages(first: 1) { totalCount } } }`,
      )
    ).messageBatch
  while ((await read()).messages.totalCount < texts) await sleep(200)

  const told: Told[] = []
  const byHand = new Map<string, number>()
  let over = false
  const writing = (async () => {
    for (let n = 0; !over; n += 1) {
      const text = `By hand ${n}`
      const input = { from: from[n % senders], to: ['+14155550123'], text }
      const { result } = await gateway.ask(sendSms, { input })
      byHand.set(text, Date.parse(result.createdAt))
      await sleep(byHandEveryMs)
    }
  })()
  const asking = (async () => {
    while (!over) {
      told.push(...(await askAll(gateway, batch.id)))
      await sleep(askEveryMs)
    }
  })()
  for (let report = await read(); report.status !== 'COMPLETED'; report = await read()) {
    say(`${report.counts.waiting} still wait`)
    await sleep(15_000)
  }
  over = true
  await Promise.all([writing, asking])
  await sleep(5_000)

  const sent = await gateway.simulator<Sent[]>('outbox')
  const calls = (await gateway.simulator<Call[]>('ledger')).filter(
    ({ direction }) => direction === 'in',
  )
  return [
    ...paceOf(sent, from),
    ...penaltiesOf(calls),
    ...orderOf(sent, recipients),
    ...waitsOf(sent, byHand),
    ...errorsOf(sent, told),
  ]
}

async function connectSenders(gateway: Gateway & { number: string }): Promise<string[]> {
  const numbers = [gateway.number]
  const others = ['62264426016', '62264427016']
  for (let n = others.length + 1; n < senders; n += 1) {
    const added = await gateway.simulator<{ id: number | string }>('extensions', {
      firstName: 'Person',
      lastName: String(n),
      phoneNumbers: [`+1646555020${n}`],
    })
    others.push(String(added.id))
  }
  for (const id of others) {
    await sleep(connectEveryMs)
    numbers.push(await gateway.connect(id))
  }
  return numbers
}

/** What each of those that wait is told, by whom it goes to. */
async function askAll(gateway: Gateway, id: string): Promise<Told[]> {
  const told: Told[] = []
  for (let after: string | null = null; ; ) {
    const askedAt = Date.now()
    const { messageBatch } = await gateway.ask(waiting, { id, after })
    const { nodes, pageInfo } = messageBatch.messages
    for (const { to, estimatedSendAt } of nodes as Waiting[]) {
      if (!estimatedSendAt) continue
      told.push({ to: to.join(), askedAt, estimated: Date.parse(estimatedSendAt) })
    }
    if (!pageInfo.hasNextPage) return told
    after = pageInfo.endCursor
  }
}

/** All texts of a number, also those by hand, from its first to its last one. */
function paceOf(sent: readonly Sent[], from: readonly string[]): Figure[] {
  const parts = from.map((number) => {
    const times = timesOf(sent.filter((one) => one.from === number))
    const tookMs = (times.at(-1) ?? 0) - (times[0] ?? 0)
    return (100 * (times.length - 1)) / ((tookMs / minute) * allowed)
  })
  const n = sent.length
  return [
    { what: 'pace, of what is allowed', value: percentile(parts, 50), unit: '%', n, goal: '95' },
    { what: 'the slowest number', value: Math.min(...parts), unit: '%', n, goal: '95' },
  ]
}

function penaltiesOf(calls: readonly Call[]): Figure[] {
  const texting = calls.filter(({ path }) => path.endsWith('/sms'))
  const refused = calls.filter(({ status }) => status === 429)
  const inside = texting.filter((call) =>
    refused.some(({ at, extensionId }) => {
      const later = Date.parse(call.at) - Date.parse(at)
      return extensionId === call.extensionId && later > 0 && later < minute
    }),
  )
  const n = calls.length
  return [
    {
      what: 'calls that RingCentral answered with 429',
      value: refused.length,
      unit: '',
      n,
      goal: '0',
    },
    {
      what: 'calls inside a penalty',
      value: inside.length,
      unit: '',
      n: texting.length,
      goal: '0',
    },
  ]
}

function orderOf(sent: readonly Sent[], recipients: readonly { to: string }[]): Figure[] {
  const place = new Map(recipients.map(({ to }, index) => [to, index]))
  const ofBatch = sent.filter(({ to }) => place.has(to.join()))
  const last = new Map<string, number>()
  let outOfOrder = 0
  for (const { from, to } of ofBatch) {
    const index = place.get(to.join()) ?? 0
    if (index < (last.get(from) ?? -1)) outOfOrder += 1
    last.set(from, index)
  }
  const once = new Set(ofBatch.map(({ to }) => to.join())).size
  const n = ofBatch.length
  return [
    { what: 'texts out of order', value: outOfOrder, unit: '', n, goal: '0' },
    {
      what: 'texts sent twice, or not at all',
      value: n - once + texts - once,
      unit: '',
      n,
      goal: '0',
    },
  ]
}

function waitsOf(sent: readonly Sent[], byHand: ReadonlyMap<string, number>): Figure[] {
  const waits = sent.flatMap(({ text, acceptedAt }) => {
    const askedAt = byHand.get(text)
    return askedAt === undefined ? [] : [Date.parse(acceptedAt) - askedAt]
  })
  const n = waits.length
  const what = 'a text by hand, accepted to RingCentral called'
  return [
    { what: `${what}, median`, value: percentile(waits, 50), unit: 'ms', n, goal: '' },
    {
      what: `${what}, 95th percentile`,
      value: percentile(waits, 95),
      unit: 'ms',
      n,
      goal: '< 3000',
    },
  ]
}

/** Of all that were told their moment, each time: how far from it, in parts of what they had still to wait. */
function errorsOf(sent: readonly Sent[], told: readonly Told[]): Figure[] {
  const leftAt = new Map(sent.map(({ to, acceptedAt }) => [to.join(), Date.parse(acceptedAt)]))
  const errors = told.flatMap(({ to, askedAt, estimated }) => {
    const left = leftAt.get(to)
    return left === undefined || left <= askedAt
      ? []
      : [(100 * Math.abs(estimated - left)) / (left - askedAt)]
  })
  const n = errors.length
  const right = (100 * errors.filter((error) => error <= 20).length) / n
  const what = 'estimatedSendAt, off by'
  return [
    { what: `${what}, median`, value: percentile(errors, 50), unit: '%', n, goal: '< 20' },
    { what: `${what}, 95th percentile`, value: percentile(errors, 95), unit: '%', n, goal: '< 20' },
    { what: 'estimatedSendAt right within 20 %', value: right, unit: '%', n, goal: '100' },
  ]
}

function timesOf(sent: readonly Sent[]): number[] {
  return sent.map(({ acceptedAt }) => Date.parse(acceptedAt)).sort((a, b) => a - b)
}
