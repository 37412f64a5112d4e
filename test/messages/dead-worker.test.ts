import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { sendSmsJob } from '../../src/messages/jobs.ts'
import { ava, type Gateway, startGateway } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { createJobRunner } from '../support/jobs.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'

const isSms = (url: unknown, init?: RequestInit) =>
  init?.method === 'POST' && String(url).endsWith('/sms')

/** A worker that freezes when RingCentral has taken its first message, before it knows; it may thaw. */
function createFreezing() {
  let thaw: () => void = () => undefined
  const thawed = new Promise<void>((resolve) => {
    thaw = resolve
  })
  let froze = false
  const freezing: typeof fetch = async (url, init) => {
    if (froze || !isSms(url, init)) return fetch(url, init)
    froze = true
    const response = await fetch(url, { ...init, signal: null })
    await thawed
    return response
  }
  return { freezing, thaw: () => thaw() }
}

/** The lease of a worker that never comes back runs out; this is that minute later. */
async function lanesRunOut(gateway: Gateway) {
  const jobs = await createJobRunner(gateway)
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  // Last: one that only stands still goes on renewing it every two seconds.
  await gateway.db
    .$executeRaw`UPDATE "SendLane" SET "leaseUntil" = clock_timestamp() - interval '1 second'`
  await jobs.run(sendSmsJob, { extensionRowId })
}

describe('a worker that dies while it sends', () => {
  it('after RingCentral took the message: another one finds it, and it is sent once', async () => {
    const { freezing, thaw } = createFreezing()
    const gateway = await startGateway({ app: { fetch: freezing } })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Once' })
    while (gateway.simulator.outbox().length === 0) await sleep(10)

    await gateway.startInstance({ role: 'worker', fetch })
    await lanesRunOut(gateway)
    const found = await waitForStatus(acme, id, 'SENT', 'DELIVERED', 'UNCONFIRMED')
    expect(found.rcMessageId).toBe(gateway.simulator.outbox()[0]?.id)
    expect(smsRequests(gateway.simulator)).toHaveLength(1)

    // The first one was not dead after all: its late result changes nothing.
    await waitForStatus(acme, id, 'DELIVERED')
    thaw()
    await sleep(300)
    expect(await waitForStatus(acme, id, 'DELIVERED')).toMatchObject({
      rcMessageId: found.rcMessageId,
    })
    expect(gateway.simulator.outbox()).toHaveLength(1)
  })

  it('with others waiting behind: they go out through another worker, in order', async () => {
    const { freezing, thaw } = createFreezing()
    const gateway = await startGateway({ app: { fetch: freezing } })
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const ids = []
    for (let n = 0; n < 4; n += 1) {
      ids.push((await send(acme, { from: ava.number, to: [stranger], text: `Row ${n}` })).id)
    }
    while (gateway.simulator.outbox().length === 0) await sleep(10)
    await gateway.startInstance({ role: 'worker', fetch })
    await lanesRunOut(gateway)
    for (const id of ids) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    thaw()
    await sleep(300)
    expect(gateway.simulator.outbox().map(({ text }) => text)).toEqual([
      'Row 0',
      'Row 1',
      'Row 2',
      'Row 3',
    ])
  })
})

describe('a worker that was only paused', () => {
  it('finds on waking that its lane is somebody else’s, and sends nothing', async () => {
    const gateway = await startGateway()
    const acme = await gateway.createTenant()
    await acme.connect(ava)
    const first = await send(acme, { from: ava.number, to: [stranger], text: 'Before' })
    await waitForStatus(acme, first.id, 'DELIVERED')

    // It stops where it takes from the budget, right before it would write its attempt.
    const budget = await holdRows(
      gateway,
      `SELECT FROM "Budget" WHERE "key" LIKE '%:Medium' FOR UPDATE`,
    )
    const { id } = await send(acme, { from: ava.number, to: [stranger], text: 'Only once' })
    await waitForLane(gateway, (lane) => lane?.leaseId)
    await gateway.db.sendLane.updateMany({ data: { leaseId: 'somebody else' } })
    await budget.letGo()

    await sleep(700)
    expect(smsRequests(gateway.simulator)).toHaveLength(1)
    await waitForStatus(acme, id, 'QUEUED')
    await lanesRunOut(gateway)
    await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(smsRequests(gateway.simulator)).toHaveLength(2)
  })
})

type Lane = Awaited<ReturnType<Gateway['db']['sendLane']['findFirst']>>

async function waitForLane({ db }: Gateway, is: (lane: Lane) => unknown) {
  while (!is(await db.sendLane.findFirst())) await sleep(10)
}
