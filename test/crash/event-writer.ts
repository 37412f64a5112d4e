import { createDatabase } from '../../src/db/client.ts'
import type { EventType } from '../../src/events/event.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import { createHints } from '../../src/events/hint-carrier.ts'
import { postgresCarrier } from '../../src/events/postgres-carrier.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createRandom, type Random } from './random.ts'

export type WriterOptions = {
  databaseUrl: string
  tenantIds: string[]
  types: EventType[]
  /** Names of writers that no other process has. */
  writers: string[]
  seed: number
}
/** How many events there are of each writer in each stream: `tenant type writer`. */
export type Written = Record<string, number>
export type ToWriter = 'pause' | 'go' | 'stop'

// A process in which things happen: handfuls of events in one transaction, as fast as the log takes them.
const options: WriterOptions = JSON.parse(process.argv[2] ?? '{}')
// Nobody outlives the rig.
process.on('disconnect', () => process.exit())

const logger = createLogger('error', process.stderr)
const { databaseUrl } = options
const db = createDatabase({ url: databaseUrl, applicationName: 'crash-writer', poolSize: 12 })
const hints = await createHints(postgresCarrier(databaseUrl, logger), () => undefined)
const eventLog = createEventLog({ db, hints })
const written: Written = {}
let order: ToWriter = 'go'
process.on('message', (message: ToWriter) => {
  order = message
})

async function write(writer: string, random: Random) {
  while (order !== 'stop') {
    await new Promise((resolve) => setTimeout(resolve, order === 'pause' ? 50 : random.next() * 10))
    if (order !== 'go') continue
    const tenantId = random.pick(options.tenantIds)
    const handful = Array.from({ length: random.integer(1, 8) }, () => random.pick(options.types))
    const counted: Written = {}
    await eventLog.transaction(async (_tx, record) => {
      for (const stream of Object.keys(counted)) delete counted[stream]
      for (const type of handful) {
        const stream = `${tenantId} ${type} ${writer}`
        const number = (counted[stream] ?? written[stream] ?? 0) + 1
        counted[stream] = number
        record({ type, tenantId, subjectId: writer, snapshot: { text: `${stream} ${number}` } })
      }
    })
    Object.assign(written, counted)
  }
}

const tell = () => process.stdout.write(`${JSON.stringify(written)}\n`)
const telling = setInterval(tell, 500)
process.send?.('writing')
const random = createRandom(options.seed)
await Promise.all(options.writers.map((writer) => write(writer, random.fork())))
clearInterval(telling)
await hints.close()
await db.$disconnect()
process.stdout.write(`${JSON.stringify(written)}\n`, () => process.exit())
