import { expect, test } from 'vitest'
import { sweepBatchesJob } from '../../src/batches/jobs.ts'
import { hours, minutes } from '../../src/lib/clock.ts'
import { sweepMessagesJob } from '../../src/messages/jobs.ts'
import { batch, people, readBatch, sendBatch } from '../batches/batches.ts'
import { waitForConsent } from '../support/consents.ts'
import { ava, startGateway } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { uploaded } from '../support/media.ts'
import { smsRequests } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

/** `CLINIC_PATIENTS=500`: at full length. */
const patients = Number(process.env.CLINIC_PATIENTS ?? 50)
const unlimited = { Light: 100_000, Medium: 100_000, Heavy: 100_000, Auth: 100_000 }

test(`a clinic reminds ${patients} patients tomorrow at nine; who says STOP tonight hears nothing`, async () => {
  const time = sharedTime({ simulator: { limits: unlimited } })
  const gateway = await startGateway(time)
  const jobs = await createJobRunner(gateway)
  const clinic = await gateway.createTenant({ name: 'Clinic' })
  await clinic.connect(ava)
  await jobs.idle()
  await clinic.query(`mutation { updateSettings(input: { quietHours: {
    start: "21:00", end: "08:00", timeZone: "America/New_York" } }) { __typename } }`)

  // It is evening in New York. The receptionist hands in tomorrow's list as the calendar exports it.
  const now = () => time.app.clock.now()
  await time.pass(untilNext('18:00', now()))
  const nine = new Date(now().getTime() + hours(15))
  const all = people(patients, 212)
  const [stops = ''] = all.slice(39)
  const rows = all.map((to, n) => `${to},"Patient ${n}",${9 + (n % 8)}:00`)
  const csvUploadId = await uploaded(
    clinic,
    Buffer.from(`to,name,time\r\n${rows.join('\r\n')}\r\n`),
    {
      fileName: 'tomorrow.csv',
    },
  )
  const accepted = await sendBatch(clinic, {
    name: 'Tomorrow',
    from: [ava.number],
    text: 'Hi {{name}}, we see you today at {{time}}. {{doctor|Your clinic}}. Reply STOP to opt out',
    csvUploadId,
    sendAt: nine.toISOString(),
    validFor: hours(4) / 1000,
    idempotencyKey: 'reminders-tomorrow',
  })
  expect(accepted).toMatchObject({
    status: 'RUNNING',
    counts: { total: patients, waiting: patients },
  })
  const { id } = accepted
  await expect.poll(async () => (await readBatch(clinic, id)).messages.totalCount).toBe(patients)

  // Tonight one of them has had enough.
  await time.pass(hours(2))
  gateway.simulator.inbound({ from: stops, to: ava.number, text: 'Stop' })
  await waitForConsent(
    clinic,
    { number: ava.number, other: stops },
    ({ status }) => status === 'OPTED_OUT',
  )
  const report = async (filter: string) => {
    const { messageBatch } = await clinic.query(
      `{ messageBatch(id: "${id}") { messages(first: 100, filter: ${filter}) {
        totalCount nodes { to status error { code } } } } }`,
    )
    return messageBatch.messages
  }
  expect(await report('{ status: [CANCELED] }')).toEqual({
    totalCount: 1,
    nodes: [{ to: [stops], status: 'CANCELED', error: { code: 'RECIPIENT_OPTED_OUT' } }],
  })

  await jobs.run(sweepBatchesJob, {})
  await expect
    .poll(async () => (await readBatch(clinic, id)).counts)
    .toMatchObject({ waiting: patients - 1, canceled: 1 })

  // The night passes, and nobody is woken by it.
  await time.pass(hours(12))
  await jobs.run(sweepMessagesJob, {})
  expect(smsRequests(gateway.simulator)).toEqual([])

  // Nine o'clock.
  const beganAt = Date.now()
  await time.pass(nine.getTime() - now().getTime() + minutes(1))
  await jobs.run(sweepMessagesJob, {})
  const done = `{ messageBatch(id: "${id}") { ${batch} } }`
  const settled = async () => {
    // Jobs that are put off go by the wall, where it is not yet tomorrow.
    await jobs.run(sweepBatchesJob, {})
    return (await clinic.query(done)).messageBatch
  }
  await expect
    .poll(settled, { timeout: 900_000, interval: 1_000 })
    .toMatchObject({ status: 'COMPLETED', counts: { waiting: 0, sending: 0, canceled: 1 } })
  console.info(`${patients} patients: done ${Date.now() - beganAt} ms after nine`)

  const heard = gateway.simulator.outbox()
  expect(heard.map(({ to }) => to[0]).sort()).toEqual(all.filter((one) => one !== stops))
  expect(heard.find(({ to }) => to[0] === all[10])?.text).toBe(
    'Hi Patient 10, we see you today at 11:00. Your clinic. Reply STOP to opt out',
  )
  expect(heard.every(({ acceptedAt }) => new Date(acceptedAt) >= nine)).toBe(true)
  const { counts } = await settled()
  expect(counts).toMatchObject({ total: patients, failed: 0, unconfirmed: 0, expired: 0 })
  expect(counts.sent + counts.delivered).toBe(patients - 1)

  // The next reminder leaves out who has opted out, and says so before anything is queued.
  const next = await sendBatch(clinic, { from: [ava.number], text: 'Next week', csvUploadId })
  expect(next).toMatchObject({
    code: 'BATCH_ROWS_INVALID',
    rowCount: 1,
    rows: [{ line: 41, to: stops, code: 'RECIPIENT_OPTED_OUT' }],
  })
}, 1_000_000)

/** How long it takes in New York until a clock on the wall shows this. */
function untilNext(wall: string, from: Date): number {
  const shown = (at: number) =>
    new Date(at).toLocaleTimeString('en-GB', { timeZone: 'America/New_York', timeStyle: 'short' })
  const minute = 60_000
  const start = Math.ceil(from.getTime() / minute) * minute
  for (let at = start; ; at += minute) if (shown(at) === wall) return at - from.getTime()
}
