import { createDatabase, createTenantPool } from '../../src/db/client.ts'
import { createReadRows } from '../../src/db/read-rows.ts'
import { createAudience } from '../../src/events/audience.ts'
import type { EventType, LoggedEvent } from '../../src/events/event.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import { createEventFeed, type EventFeed } from '../../src/events/feed.ts'
import { createHints } from '../../src/events/hint-carrier.ts'
import type { PaceLimits } from '../../src/events/pace.ts'
import { postgresCarrier } from '../../src/events/postgres-carrier.ts'
import { createReadEvents } from '../../src/events/read-events.ts'
import { iterate } from '../../src/events/sink.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createTestDatabase } from '../support/database.ts'

export const logger = createLogger('silent')

/** Writes to tenants' logs as the gateway does, on a connection of its own; other processes hear of it. */
export async function openWriter(databaseUrl: string) {
  const pool = createTenantPool({
    url: databaseUrl,
    applicationName: 'ringql-test-log',
    poolSize: 4,
  })
  const db = createDatabase({ pool })
  const hints = await createHints(postgresCarrier(databaseUrl, logger), () => undefined)
  const eventLog = createEventLog({ db, hints })
  let written = 0

  return {
    db,
    readEvents: createReadEvents(createReadRows(pool)),
    hints,
    /** Events in one transaction, each with a text that begins with its number and is `length` long, after a `mark`. */
    async append(
      tenantId: string,
      count: number,
      { type = 'message.received' as EventType, length = 0, mark = '' } = {},
    ) {
      const texts = Array.from({ length: count }, () => `${mark}${written++} `.padEnd(length, '.'))
      await eventLog.transaction(async (_tx, record) => {
        for (const text of texts) {
          record({ type, tenantId, subjectId: 'msg_test', snapshot: { text } })
        }
      })
    },
    async close() {
      await hints.close()
      await db.$disconnect()
    },
  }
}

/** A log with one tenant on a database of its own, and feeds on it, without a gateway around. */
export async function openLog() {
  const database = await createTestDatabase()
  const writer = await openWriter(database.url)
  const { db, readEvents, hints } = writer
  const feeds: { close(): Promise<void> }[] = []
  let tenants = 0

  return {
    ...writer,
    databaseUrl: database.url,
    async createTenant() {
      tenants += 1
      const id = `ten_test${tenants}`
      await db.tenant.create({ data: { id, name: 'Acme', eventLog: { create: {} } } })
      return id
    },
    openFeed(pace: Partial<PaceLimits> = {}) {
      const feed = readable(createEventFeed({ db, readEvents, hints, logger, pace }))
      feeds.push(feed)
      return feed
    },
    async close() {
      for (const feed of feeds) await feed.close()
      await writer.close()
      await database.drop()
    },
  }
}

export type ReadableFeed = ReturnType<typeof readable>

/** A feed whose events can be read one by one, as they stand in the log. */
export function readable(feed: EventFeed) {
  return Object.assign(feed, {
    async read({
      tenantId,
      types,
      after,
    }: {
      tenantId: string
      types: EventType[]
      after?: string | undefined
    }) {
      const place = await feed.find(tenantId, after)
      const audience = createAudience((event) => event)
      const wanted = { subject: { types } }
      return iterate<LoggedEvent>((sink) => feed.open({ place, wanted, audience, sink }))
    },
  })
}

/** The next events of a reader, up to so many; fewer if it ends. */
export async function take(reader: AsyncIterator<LoggedEvent>, count: number) {
  const sequences: number[] = []
  while (sequences.length < count) {
    const { value, done } = await reader.next()
    if (done) break
    sequences.push(Number(value.sequence))
  }
  return sequences
}

export const countFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, n) => first + n)
