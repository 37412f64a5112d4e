import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createAcceptBatch } from '../../src/batches/accept-batch.ts'
import { createConsents } from '../../src/consents/service.ts'
import { refreshConversations } from '../../src/conversations/refresh.ts'
import { createDatabase, createTenantPool } from '../../src/db/client.ts'
import { isDatabaseUnavailable } from '../../src/db/errors.ts'
import { createReadRows } from '../../src/db/read-rows.ts'
import { createEventLog } from '../../src/events/event-log.ts'
import { createHints } from '../../src/events/hint-carrier.ts'
import { postgresCarrier } from '../../src/events/postgres-carrier.ts'
import { createJobQueue } from '../../src/jobs/queue.ts'
import { systemClock as clock } from '../../src/lib/clock.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { createAcceptSms } from '../../src/messages/accept-sms.ts'
import { createCancelMessage } from '../../src/messages/cancel.ts'
import { cancelOptedOut } from '../../src/messages/cancel-opted-out.ts'
import { hearKeywords } from '../../src/messages/hear-keywords.ts'
import { createReadState } from '../../src/messages/read-state.ts'
import { recordInbound } from '../../src/messages/record-inbound.ts'
import { messageRecord } from '../../src/ringcentral/message-record.ts'
import { jobs } from '../../src/workers.ts'
import { createRandom } from '../crash/random.ts'
import { ava, ben, cleo, type Gateway, startGateway } from '../support/gateway.ts'

// CONSENT_INTERLEAVINGS=10000 CONSENT_SEED=7 vitest run test/consents/interleavings.test.ts
const length = Number(process.env.CONSENT_INTERLEAVINGS ?? 36)
const seed = Number(process.env.CONSENT_SEED ?? 20_261)
const atOnce = 12
const withinMs = 700

const texting = [ava, ben, cleo]
type Act = 'send' | 'group' | 'batch' | 'stop' | 'start' | 'cancel' | 'set' | 'read'
const weights: Record<Act, number> = {
  ...{ send: 4, group: 4, batch: 1 },
  ...{ stop: 3, start: 2, cancel: 2, set: 1, read: 1 },
}
const others = (n: number) => `+1646${2_000_000 + n}`
/** Who shares the number, and the round: of two who are texted together each may say STOP. */
const neighbour = (n: number) =>
  n % atOnce < texting.length ? n + texting.length : n - texting.length

/** Clocks of Postgres and of this process are one, read a moment apart. */
const readApart = 5

test(`${length} interleavings of STOP, START, sending, batches and canceling: nothing leaves after a STOP`, {
  timeout: 300_000 + length * 1_000,
}, async () => {
  const gateway = await startGateway({
    app: { restMs: 50 },
    simulator: { delivery: { sentAfterMs: 5, deliveredAfterMs: 10 } },
  })
  const acme = await gateway.createTenant()
  const mailboxes = new Map<string, string>()
  for (const person of texting) mailboxes.set(person.number, (await acme.connect(person)).id)
  await using services = await createServices(gateway)
  const { acceptSms, acceptBatch, cancelMessage, consents, hear, read } = services
  await using _ = keepBudgetsFree(gateway)
  const random = createRandom(seed)
  const canceled = new Set<string>()

  async function interleave(n: number) {
    const dice = random.fork()
    const number = texting[n % texting.length]?.number ?? ava.number
    const other = others(n)
    const both = [other, others(neighbour(n))]
    // As soon as they are asked for: on a busy machine the answers come when all has been asked for.
    const sent: Promise<string | undefined>[] = []
    const send = (to: string[], text: string) => {
      const accepted = acceptSms(acme.id, { from: number, to, text })
        .then(({ id }) => id)
        .catch(unlessOptedOut)
      sent.push(accepted.catch(() => undefined))
      return accepted
    }
    const acts: Record<Act, (place: number) => Promise<unknown>> = {
      send: (place) => send([other], `${n}.${place}`),
      group: (place) => send(both, `${n}.${place}`),
      batch: (place) => {
        const rows = both.map((to, line) => ({ line, to, text: `${n}.${place}`, values: {} }))
        const batch = { from: [number], rows, skipInvalid: true }
        return acceptBatch(acme.id, batch).catch(unlessOptedOut)
      },
      read: () => read(acme.id, number, other),
      stop: () => hear(acme.id, mailboxes.get(number) ?? '', { number, other, text: 'STOP' }),
      start: () => hear(acme.id, mailboxes.get(number) ?? '', { number, other, text: 'START' }),
      cancel: async () => {
        const id = await sent.at(-1)
        if (id && (await cancelMessage(acme.id, id)).outcome === 'CANCELED') canceled.add(id)
      },
      set: () => consents.set(acme.id, { number, other, status: 'OPTED_OUT' }),
    }
    const program = Array.from({ length: dice.integer(4, 9) }, () => ({
      act: dice.weighted(weights),
      afterMs: dice.between(0, withinMs),
    }))
    await Promise.all(
      program.map(async ({ act, afterMs }, place) => {
        await sleep(afterMs)
        await patiently(() => acts[act](place))
      }),
    )
  }

  for (let n = 0; n < length; n += atOnce) {
    if (n % 240 === 24) {
      gateway.simulator.planFault({ kind: 'rate-limit', path: '**/sms', retryAfter: 1, count: 1 })
    }
    // Refused for now, and tried again a moment later: perhaps after a STOP.
    const busy = { status: 503, body: { errorCode: 'CMN-211', message: 'Maintenance' } }
    gateway.simulator.planFault({ kind: 'status', ...busy, path: '**/sms', count: 40 })
    const some = Array.from({ length: Math.min(atOnce, length - n) }, (_, k) => n + k)
    await Promise.all(some.map(interleave))
    // Not more than a lane can send meanwhile: what waits long is met by the first STOP.
    await expect.poll(() => waiting(gateway), { timeout: 120_000 }).toBeLessThan(atOnce)
  }
  await expect.poll(() => waiting(gateway), { timeout: 120_000 }).toBe(0)

  const findings = await compare(gateway, canceled)
  const [{ deadlocks } = { deadlocks: -1n }] = await gateway.db.$queryRaw<{ deadlocks: bigint }[]>`
    SELECT "deadlocks" FROM pg_stat_database WHERE "datname" = current_database()`
  // One order of locks: nobody ever waits for who waits for them.
  expect(deadlocks).toBe(0n)
  if (length > 100) console.log({ length, seed, ...findings, canceled: canceled.size })
  expect(findings.wrong).toEqual([])
  // The seed brings about enough of everything.
  expect(findings.left).toBeGreaterThan(length / 20)
  expect(findings.taken).toBeGreaterThan(length / 20)
  expect(findings.ofBatches).toBeGreaterThan(length / 40)
  expect(findings.ofGroups).toBeGreaterThan(0)
  expect(canceled.size).toBeGreaterThan(0)
})

/** Of a batch it is all of its rows. */
function unlessOptedOut(error: { code?: string }): undefined {
  if (error.code !== 'RECIPIENT_OPTED_OUT' && error.code !== 'BATCH_ROWS_INVALID') throw error
}

/** A busy machine may have no connection in time: then nothing was done. */
async function patiently(act: () => Promise<unknown>): Promise<unknown> {
  return act().catch((error) =>
    isDatabaseUnavailable(error) ? patiently(act) : Promise.reject(error),
  )
}

const waiting = ({ db }: Gateway) =>
  db.message.count({ where: { status: { in: ['QUEUED', 'SCHEDULED', 'SENDING'] } } })

/** The same services as the gateway's, in a process of its own as it were. */
async function createServices({ databaseUrl }: Gateway) {
  const logger = createLogger('silent')
  const pool = createTenantPool({ url: databaseUrl, applicationName: 'acts', poolSize: 20 })
  const db = createDatabase({ pool })
  const hints = await createHints(postgresCarrier(databaseUrl, logger), () => undefined)
  const queue = await createJobQueue({ databaseUrl, jobs, works: false, logger })
  const eventLog = createEventLog({ db, hints })
  const deps = { db, readRows: createReadRows(pool), eventLog, queue, clock }
  const readState = createReadState(deps)
  let rcId = 1_000_000_000

  return {
    acceptSms: createAcceptSms(deps),
    acceptBatch: createAcceptBatch(deps),
    cancelMessage: createCancelMessage(deps),
    consents: createConsents({ ...deps, onOptOut: cancelOptedOut }),

    /** As a notification of a text does it. */
    hear: (
      tenantId: string,
      extensionRowId: string,
      { number, other, text }: { number: string; other: string; text: string },
    ) => {
      rcId += 1
      const inbound = messageRecord.parse({
        ...{ id: rcId, type: 'SMS', direction: 'Inbound', subject: text },
        from: { phoneNumber: other },
        to: [{ phoneNumber: number }],
        creationTime: clock.now().toISOString(),
      })
      return eventLog.transaction(async (tx, record) => {
        const received = await recordInbound(tx, record, { tenantId, extensionRowId }, inbound)
        if (!received) return
        await hearKeywords(tx, record, deps, [received])
        await refreshConversations(tx, record, [{ ...received, wakes: true }])
      })
    },

    /** As somebody does who looks into a shared inbox. */
    read: async (tenantId: string, number: string, other: string) => {
      const where = { tenantId, number, participants: { equals: [other] } }
      const conversation = await db.conversation.findFirst({ where })
      if (conversation) await readState.markRead(tenantId, conversation.id)
    },

    async [Symbol.asyncDispose]() {
      await queue.close()
      await hints.close()
      await db.$disconnect()
    },
  }
}

/** RingCentral’s 40 texts a minute would make every lane rest, and batches go at their even pace. */
function keepBudgetsFree({ db }: Gateway) {
  let stopping = false
  const freeing = (async () => {
    while (!stopping) {
      await db.$executeRaw`
        UPDATE "Budget" SET "usedAt" = '{}', "limit" = 100000
        WHERE "limit" IS NULL OR cardinality("usedAt") > 1000`
      // Nobody waits here for what carriers report of the hundreds of batches before.
      await db.$executeRaw`
        DELETE FROM pgboss.job WHERE "name" = 'tend-batch' AND "state" = 'created'
          AND "start_after" > now() + interval '10 seconds'`
      await sleep(200)
    }
  })()
  return {
    [Symbol.asyncDispose]: () => {
      stopping = true
      return freeing
    },
  }
}

/** The log's order is the order of commits: what somebody wanted at the moment of each step is known exactly. */
async function compare({ db, simulator }: Gateway, canceled: ReadonlySet<string>) {
  const wrong: string[] = []
  const events = await db.event.findMany({
    where: { type: { in: ['message.status', 'consent.changed'] } },
    orderBy: { sequence: 'asc' },
  })
  const wants = new Map<string, { status: string; at: Date }[]>()
  const count = { left: 0, ofBatches: 0, ofGroups: 0, taken: 0 }
  for (const { type, snapshot, occurredAt } of events) {
    const row = snapshot as Record<string, any>
    if (type === 'consent.changed') {
      const pair = `${row.number} ${row.other}`
      const changes = wants.get(pair) ?? []
      if (changes.at(-1)?.status !== row.status)
        changes.push({ status: row.status, at: occurredAt })
      wants.set(pair, changes)
      continue
    }
    const isOut = row.to.some(
      (to: string) => wants.get(`${row.from} ${to}`)?.at(-1)?.status === 'OPTED_OUT',
    )
    if (row.status === 'SENDING') {
      count.left += 1
      if (row.batchId) count.ofBatches += 1
      if (row.to.length > 1) count.ofGroups += 1
    }
    if (row.errorCode === 'RECIPIENT_OPTED_OUT') count.taken += 1
    // A batch that was accepted before is written out later, and asks for consent when each is to leave.
    if (isOut && (row.status === 'SENDING' || (row.status === 'QUEUED' && !row.batchId))) {
      wrong.push(`${row.id} (${row.text}) became ${row.status} after an opt-out`)
    }
  }
  const messages = await db.message.findMany({
    where: { direction: 'OUTBOUND' },
    include: { attempts: true },
  })
  for (const { id, from, to, status, attempts, cancelRequestedAt } of messages) {
    // Also what was tried again: by the clock, since a second attempt is no event.
    for (const { startedAt } of attempts) {
      for (const other of to) {
        const near = (wants.get(`${from} ${other}`) ?? []).filter(
          ({ at }) => at.getTime() < startedAt.getTime() + readApart,
        )
        const last = near.at(-1)
        if (last?.status !== 'OPTED_OUT') continue
        if (last.at.getTime() < startedAt.getTime() - readApart) {
          wrong.push(
            `${id} was tried at ${startedAt.toISOString()}, after ${last.at.toISOString()}`,
          )
        }
      }
    }
    const refused = attempts.every(({ outcome }) => outcome === 'REFUSED')
    if (status === 'CANCELED' && !refused) wrong.push(`${id} is CANCELED, and was sent`)
    if (canceled.has(id) && status !== 'CANCELED') wrong.push(`${id} was not canceled: ${status}`)
    if (status === 'CANCELED' && cancelRequestedAt && canceled.has(id) && attempts.length === 0) {
      wrong.push(`${id} was asked for in vain`)
    }
  }
  const named = ({ to, text }: { to: string[]; text: string }) => `${to.toSorted()} ${text}`
  const byText = new Map(messages.map((message) => [named(message), message]))
  for (const accepted of simulator.outbox()) {
    const message = byText.get(named(accepted))
    if (!message || message.status === 'CANCELED' || canceled.has(message.id)) {
      wrong.push(`RingCentral has ${accepted.text}, which is ${message?.status}`)
    }
  }
  return { wrong, ...count }
}
