/**
 * What the gateway takes, beside what the least that could do the same takes, in the same run. Prints a table; with
 * `--json`, the numbers; with names of parts (`texts`, `calls`, `directory`, `conversations`, `media`, `sync`, `simulator`,
 * `batch`, `wall`, `pace`), those alone; `pace` takes six minutes, and only when it is named. Nothing here
 * passes or fails: a busy machine makes everything slow, and the ratio tells.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import pg from 'pg'
import { pino } from 'pino'
import { WebSocket } from 'ws'
import { startEmbeddedPostgres } from '../src/db/embedded-postgres.ts'
import { freePort } from '../test/support/free-port.ts'
import { measureBatches } from './batches.ts'
import { measureCallSync } from './call-sync.ts'
import { measureCallLog } from './calls.ts'
import { measureConversations } from './conversations.ts'
import { measureDirectory } from './directory.ts'
import { type Gateway, openGateway } from './gateway.ts'
import { measureMedia } from './media.ts'
import { measurePace } from './pace.ts'
import { type Running, residentMb, run } from './processes.ts'
import { figures, type Measured, summarise, table } from './report.ts'
import { measureSimulator } from './simulator.ts'
import { measureWall } from './wall.ts'

const asJson = process.argv.includes('--json')
const named = process.argv.slice(2).filter((one) => !one.startsWith('--'))
const wanted = (part: string) => named.length === 0 || named.includes(part)
const starts = 3
const rounds = 30
const warmUps = 6
/**
 * Between two measurements: this is about how long one takes, not about how many fit. A text goes on for more than a
 * second after it was sent (delivered, and told of that), and RingCentral allows 40 a minute.
 */
const pauseMs = 1_600
/** The baseline does nothing afterwards. */
const barePauseMs = 100

const now = () => performance.timeOrigin + performance.now()
const say = (text: string) => console.error(text)

/** What others ask of the machine, before we do: 0 is idle, the number of cores is full. */
const loadBefore = loadavg()[0] ?? 0
const home = await mkdtemp(join(tmpdir(), 'ringql-bench-'))
try {
  const measured = wanted('texts') ? await measure() : []
  if (wanted('directory')) measured.push(...(await filled('directory', measureDirectory)))
  if (wanted('calls')) measured.push(...(await filled('calls', measureCallLog)))
  if (wanted('conversations')) {
    measured.push(...(await filled('conversations', measureConversations)))
  }
  for (const store of wanted('media') ? ['disk', 'postgres'] : []) {
    measured.push(
      ...(await filled(
        `media-${store}`,
        (gateway, db, { process }) => measureMedia(gateway, db, { store, home, process }),
        { MEDIA_STORE: store },
      )),
    )
  }
  if (wanted('sync')) {
    say('sync')
    measured.push(...(await measureCallSync(home)))
  }
  if (wanted('wall')) {
    say('the wall')
    measured.push(...(await measureWall(home)))
  }
  const batches = wanted('batch') ? await filled('batch', measureBatches) : []
  if (named.includes('pace')) {
    batches.push(...(await filled('pace', (gateway) => measurePace(gateway, say))))
  }
  if (wanted('simulator')) say('the simulator')
  const simulator = wanted('simulator') ? await measureSimulator() : []
  if (asJson) {
    console.log(JSON.stringify({ gateway: summarise(measured), batches, simulator }, null, 2))
  } else {
    const memory = (totalmem() / 2 ** 30).toFixed(0)
    console.log(
      `\nNode ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory} GB, load before ${loadBefore.toFixed(1)}\n`,
    )
    if (measured.length > 0) console.log(table(measured))
    if (batches.length > 0) console.log(`\nBatches:\n\n${figures(batches)}`)
    if (simulator.length > 0)
      console.log(`\nThe simulator, in a process of its own:\n\n${figures(simulator)}`)
  }
} finally {
  await rm(home, { recursive: true, force: true })
}

async function measure(): Promise<Measured[]> {
  const start = { first: [] as number[], later: [] as number[] }
  const memory = { first: [] as number[], later: [] as number[] }
  let gateway: Running | undefined
  let dataDir = home
  for (let i = 0; i < starts; i++) {
    dataDir = join(home, `data-${i}`)
    for (const which of ['first', 'later'] as const) {
      await gateway?.stop()
      say(`start ${i + 1} of ${starts}, ${which}`)
      gateway = await startGateway(dataDir)
      start[which].push(gateway.readyAfterMs)
      await sleep(2_000)
      const resident = await residentMb(gateway.process)
      if (resident !== undefined) memory[which].push(resident)
    }
  }

  try {
    const sent = await sending(dataDir)
    const told = await telling(dataDir)
    const bare = await baseline(dataDir)
    return [
      {
        what: 'first start, to ready',
        unit: 'ms',
        ours: start.first,
        baseline: { name: 'node:http + pg', samples: bare.ready },
        promised: 10_000,
      },
      {
        what: 'later start, to ready',
        unit: 'ms',
        ours: start.later,
        baseline: { name: 'node:http + pg', samples: bare.ready },
        promised: 4_000,
      },
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
      ...(['first', 'later'] as const).map(
        (which): Measured => ({
          what: `resident after ${which} start, with the simulator in it`,
          unit: 'MB',
          ours: memory[which],
          baseline: { name: 'node:http + pg + ws', samples: bare.resident },
          promised: 250,
        }),
      ),
    ]
  } finally {
    await gateway?.stop()
  }
}

/** With a gateway of its own, into whose database it puts what is many. */
async function filled<Result>(
  part: string,
  work: (gateway: Gateway & { number: string }, db: pg.Client, running: Running) => Promise<Result>,
  env: Record<string, string> = {},
): Promise<Result> {
  say(part)
  const dataDir = join(home, part)
  const gateway = await startGateway(dataDir, env)
  const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) })
  const db = new pg.Client(postgres.url)
  try {
    await db.connect()
    return await work(await openGateway(dataDir), db, gateway)
  } finally {
    await db.end()
    await postgres.stop()
    await gateway.stop()
  }
}

async function startGateway(dataDir: string, env: Record<string, string> = {}): Promise<Running> {
  // With the flag of `npm start`: a small nursery for objects, which spares 30 MB.
  const main = new URL('../src/main.ts', import.meta.url).pathname
  return run(['--max-semi-space-size=8', main], {
    ready: /RingQL is ready/,
    env: {
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      SIMULATOR_PORT: String(await freePort()),
      DATABASE_URL: '',
      NODE_ENV: '',
      // One key asks all there is to ask: it is not to run into its limit.
      COST_PER_MINUTE: '1000000000',
      ...env,
    },
  })
}

/** From the row's own time to the moment the simulator accepted it; both clocks are this machine's. */
async function sending(dataDir: string) {
  const gateway = await openGateway(dataDir)
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
async function telling(dataDir: string): Promise<number[]> {
  const gateway = await openGateway(dataDir)
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

async function baseline(dataDir: string) {
  say('the baseline')
  const postgres = await startEmbeddedPostgres({ dataDir, log: pino({ level: 'silent' }) })
  const calls: number[] = []
  let wake: () => void = () => undefined
  const called = createServer(async (request, response) => {
    const calledAt = now()
    calls.push(calledAt - Number(await text(request)))
    response.end()
    wake()
  })
  const port = await freePort()
  await new Promise<void>((resolve) => called.listen(port, '127.0.0.1', resolve))

  const script = new URL('bare.ts', import.meta.url).pathname
  const startBare = () =>
    run([script, postgres.url, `http://127.0.0.1:${port}/`], { ready: /listening on (\d+)\n/ })
  const ready: number[] = []
  const resident: number[] = []
  let bare = await startBare()
  for (let i = 0; ; i++) {
    ready.push(bare.readyAfterMs)
    await sleep(1_000)
    const mb = await residentMb(bare.process)
    if (mb !== undefined) resident.push(mb)
    if (i + 1 === starts) break
    await bare.stop()
    bare = await startBare()
  }
  const url = `http://127.0.0.1:${bare.line.match(/\d+/)?.[0]}`
  const post = (path: string) =>
    fetch(url + path, { method: 'POST', body: 'bench' }).then((response) => response.text())

  const answered: number[] = []
  for (let i = 0; i < rounds + warmUps; i++) {
    const arrived = new Promise<void>((resolve) => {
      wake = resolve
    })
    const askedAt = now()
    await post('/accept')
    answered.push(now() - askedAt)
    await arrived
    await sleep(barePauseMs)
  }
  const told: number[] = []
  const socket = new WebSocket(url.replace('http', 'ws'))
  await new Promise((resolve) => socket.once('open', resolve))
  for (let i = 0; i < rounds + warmUps; i++) {
    const heard = new Promise((resolve) => socket.once('message', resolve))
    const postedAt = now()
    await Promise.all([post('/tell'), heard.then(() => told.push(now() - postedAt))])
    await sleep(barePauseMs)
  }
  socket.terminate()
  await bare.stop()
  called.closeAllConnections()
  called.close()
  await postgres.stop()
  return {
    ready,
    resident,
    answered: answered.slice(warmUps),
    called: calls.slice(warmUps),
    told: told.slice(warmUps),
  }
}
