import { beforeEach, describe, expect, it } from 'vitest'
import { minutes, seconds } from '../../src/lib/clock.ts'
import { sweepMessagesJob } from '../../src/messages/jobs.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'
import { createRoadBack } from './unconfirmed.ts'

let gateway: Gateway
let acme: TestTenant
let time: ReturnType<typeof sharedTime>
let way: ReturnType<typeof createRoadBack>
let jobs: Awaited<ReturnType<typeof createJobRunner>>

beforeEach(async () => {
  way = createRoadBack()
  time = sharedTime({ app: { fetch: way.travel, settleMs: minutes(1) } })
  gateway = await startGateway(time)
  jobs = await createJobRunner(gateway)
  acme = await gateway.createTenant()
  await acme.connect(ava)
  await jobs.idle()
})

const sms = (text: string) => ({ from: ava.number, to: [stranger], text })
const sweep = () => jobs.run(sweepMessagesJob, {})
const loseJobs = (name: string) =>
  gateway.db.$executeRaw`DELETE FROM pgboss.job WHERE name = ${name}`

/** Nobody fetches a job for sending as long as this is there. */
async function holdLane() {
  const { id: extensionRowId } = await gateway.db.extension.findFirstOrThrow()
  const rest = { pausedUntil: new Date(Date.now() + minutes(5)) }
  await gateway.db.sendLane.upsert({
    where: { extensionRowId },
    create: { extensionRowId, ...rest },
    update: rest,
  })
}
const freeLane = () =>
  gateway.db.sendLane.updateMany({ data: { pausedUntil: null, wokenAt: null } })

describe('what the queue has lost', () => {
  it('texts that wait without a wake-up are sent after the sweep', async () => {
    await holdLane()
    const ids = []
    for (const text of ['One', 'Two']) ids.push((await send(acme, sms(text))).id)
    await jobs.idle()
    await loseJobs('send-sms')
    await freeLane()
    await sweep()
    await jobs.idle()
    expect(smsRequests(gateway.simulator)).toEqual([])
    await time.pass(seconds(31))
    await sweep()
    for (const id of ids) await waitForStatus(acme, id, 'SENT', 'DELIVERED')
    expect(gateway.simulator.outbox().map(({ text }) => text)).toEqual(['One', 'Two'])
  })

  it('a wake-up is missed within seconds, without a sweep', async () => {
    await holdLane()
    await send(acme, sms('First'))
    await jobs.idle()
    await gateway.db.sendLane.updateMany({ data: { pausedUntil: null, wokenAt: new Date() } })
    await loseJobs('send-sms')
    // The lane counts as woken, so this one makes no job.
    const { id } = await send(acme, sms('Second'))
    await waitForStatus(acme, id, 'SENT', 'DELIVERED')
  })

  it('a text in doubt is settled after the sweep, and not sent again', async () => {
    // A sync would find it as well: nobody rings for one, and the sweep finds nothing stale.
    gateway.simulator.planFault({ kind: 'webhook-drop', path: '/' })
    const synced = () =>
      gateway.db.extension.updateMany({ data: { messagesSyncedAt: time.app.clock.now() } })
    way.road.swallows = true
    const { id } = await send(acme, sms('Doubtful'))
    const inDoubt = () => gateway.db.messageAttempt.count({ where: { outcome: 'IN_DOUBT' } })
    await expect.poll(inDoubt).toBe(1)
    way.road.swallows = false
    await loseJobs('reconcile-sending')
    await synced()
    await sweep()
    await jobs.idle()
    expect(await gateway.db.message.findUnique({ where: { id } })).toMatchObject({
      status: 'SENDING',
    })
    await time.pass(minutes(11))
    await synced()
    await sweep()
    expect(await waitForStatus(acme, id, 'SENT', 'DELIVERED')).toMatchObject({
      rcMessageId: gateway.simulator.outbox()[0]?.id,
    })
    expect(smsRequests(gateway.simulator)).toHaveLength(1)
  })

  it('a text that never arrived becomes UNCONFIRMED after the sweep', async () => {
    gateway.simulator.planFault({ kind: 'reset', path: '**/sms', count: 1 })
    const { id } = await send(acme, sms('Lost'))
    const inDoubt = () => gateway.db.messageAttempt.count({ where: { outcome: 'IN_DOUBT' } })
    await expect.poll(inDoubt).toBe(1)
    await loseJobs('reconcile-sending')
    await time.pass(minutes(11))
    await sweep()
    await jobs.idle()
    // The second look is a minute after the first.
    await gateway.db.$executeRaw`
      UPDATE pgboss.job SET start_after = now() WHERE name = 'reconcile-sending'`
    await waitForStatus(acme, id, 'UNCONFIRMED')
    expect(smsRequests(gateway.simulator)).toHaveLength(1)
  })

  it('a text whose time is over expires after the sweep', async () => {
    await holdLane()
    const { result } = await acme.query(
      'mutation ($input: SendSmsInput!) { result: sendSms(input: $input) { ... on Message { id } } }',
      { input: { ...sms('Too late'), validFor: 60 } },
    )
    await loseJobs('expire-message')
    await time.pass(minutes(2))
    await sweep()
    await waitForStatus(acme, result.id, 'EXPIRED')
    expect(smsRequests(gateway.simulator)).toEqual([])
  })
})
