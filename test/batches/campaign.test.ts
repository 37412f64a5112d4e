import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { uploaded } from '../support/media.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'
import { changeBatch, people, readBatch, sendBatch, sumOf, wideLimits } from './batches.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  gateway = await startGateway({ shared: true, simulator: { limits: wideLimits } })
  acme = await gateway.createTenant()
  for (const person of [ava, ben, cleo]) await acme.connect(person)
})
afterAll(() => gateway.stop())

const numbers = [ava.number, ben.number, cleo.number]
const heard = () =>
  gateway.simulator.outbox().map(({ from, to, text }) => ({ from, to: to.join(), text }))

/** Each of its texts takes as long as one that is sent alone. */
const untilCompleted = (id: string) =>
  expect
    .poll(async () => readBatch(acme, id), { timeout: 45_000 })
    .toMatchObject({ status: 'COMPLETED' })

describe('a campaign over three numbers', () => {
  test('is paused, resumed, and its report adds up', async () => {
    const all = people(45)
    const [known = ''] = all
    const before = await send(acme, { from: ben.number, to: [known], text: 'We have talked' })
    await waitForStatus(acme, before.id, 'SENT', 'DELIVERED')
    const live = await acme.subscribe(
      'subscription { messageBatchChanged { batch { id status counts { total waiting sent delivered } } } }',
    )

    const accepted = await sendBatch(acme, {
      name: 'Spring',
      from: numbers,
      text: 'Hello {{name|there}}, spring is here',
      recipients: all.map((to, n) => ({
        to,
        values: n % 2 ? [{ name: 'name', value: `Nº ${n}` }] : [],
      })),
    })
    expect(accepted).toMatchObject({ status: 'RUNNING', name: 'Spring', rejected: [] })
    expect(accepted.counts).toMatchObject({ total: 45 })
    const { id } = accepted

    expect(await changeBatch(acme, 'pauseBatch', id)).toMatchObject({ status: 'PAUSED' })
    // What was being handed over at that moment still leaves.
    await expect.poll(async () => (await readBatch(acme, id)).messages.totalCount).toBe(45)
    const campaign = () => heard().filter(({ text }) => text.includes('spring'))
    await expect
      .poll(async () => (await readBatch(acme, id)).counts)
      .toMatchObject({ sending: 0, waiting: 45 - campaign().length })
    const sentBefore = campaign().length
    expect(sentBefore).toBeLessThan(45)
    // One who is texted by hand meanwhile does not wait for it.
    const { id: byHand } = await send(acme, { from: ava.number, to: [stranger], text: 'By hand' })
    await waitForStatus(acme, byHand, 'SENT', 'DELIVERED')
    expect(campaign()).toHaveLength(sentBefore)

    expect(await changeBatch(acme, 'resumeBatch', id)).toMatchObject({ status: 'RUNNING' })
    await untilCompleted(id)
    const report = await readBatch(acme, id)
    expect(sumOf(report.counts)).toBe(45)
    expect(report.counts.sent + report.counts.delivered).toBe(45)
    expect(report.finishedAt).not.toBeNull()

    expect(
      campaign()
        .map(({ to }) => to)
        .sort(),
    ).toEqual(all)
    expect(campaign().find(({ to }) => to === all[1])?.text).toBe('Hello Nº 1, spring is here')
    expect(campaign().find(({ to }) => to === all[2])?.text).toBe('Hello there, spring is here')
    // Who has talked with Ben stays with Ben, and all have the same to do.
    expect(campaign().find(({ to }) => to === known)?.from).toBe(ben.number)
    for (const number of numbers) {
      expect(campaign().filter(({ from }) => from === number)).toHaveLength(15)
    }
    const statuses = live.received.map(({ messageBatchChanged: { batch } }) => batch.status)
    expect(statuses).toEqual(expect.arrayContaining(['PAUSED', 'RUNNING', 'COMPLETED']))
    expect(await changeBatch(acme, 'cancelBatch', id)).toMatchObject({ code: 'BATCH_FINISHED' })
  })

  test('lets texts that somebody writes by hand go first, but not past its own to the same person', async () => {
    const all = people(30, 720)
    const last = all.at(-1) ?? ''
    const { id } = await sendBatch(acme, {
      from: [ava.number],
      text: 'Summer is near',
      recipients: all.map((to) => ({ to })),
    })
    await expect.poll(async () => (await readBatch(acme, id)).messages.totalCount).toBe(30)
    await send(acme, { from: ava.number, to: [stranger], text: 'First' })
    await send(acme, { from: ava.number, to: [last], text: 'And by the way' })
    await expect.poll(() => heard().some(({ text }) => text === 'And by the way')).toBe(true)
    await untilCompleted(id)
    const order = heard().filter(({ from }) => from === ava.number)
    const place = (text: string, to?: string) =>
      order.findIndex((one) => one.text === text && (!to || one.to === to))
    const rest = order.slice(place('First')).filter(({ text }) => text === 'Summer is near')
    expect(rest.length).toBeGreaterThan(3)
    expect(place('Summer is near', last)).toBeLessThan(place('And by the way'))
  })

  test('that is canceled ends at once, and nobody is texted twice', async () => {
    const all = people(40, 970)
    const { id } = await sendBatch(acme, {
      from: [cleo.number],
      text: 'Autumn',
      recipients: all.map((to) => ({ to })),
    })
    expect(await changeBatch(acme, 'cancelBatch', id)).toMatchObject({ status: 'CANCELED' })
    await expect
      .poll(async () => {
        const { waiting, sending } = (await readBatch(acme, id)).counts
        return waiting + sending
      })
      .toBe(0)
    const { counts } = await readBatch(acme, id)
    expect(sumOf(counts)).toBe(40)
    expect(counts.canceled).toBeGreaterThan(0)
    const sent = heard().filter(({ text }) => text === 'Autumn')
    expect(sent).toHaveLength(40 - counts.canceled)
  })

  test('for tomorrow counts what is taken back by hand or by a STOP, and is over after the last', async () => {
    const [first = '', second = ''] = people(2, 781)
    const { id } = await sendBatch(acme, {
      from: [ava.number],
      text: 'Tomorrow',
      sendAt: new Date(Date.now() + 24 * 3600_000),
      recipients: [{ to: first }, { to: second }],
    })
    const texts = `{ messageBatch(id: "${id}") { messages(first: 2) { nodes { id to } } } }`
    const listed = async () => (await acme.query(texts)).messageBatch.messages.nodes
    await expect.poll(async () => (await listed()).length).toBe(2)
    const { id: messageId } = (await listed()).find(({ to }: any) => to[0] === first)
    await acme.query(
      `mutation { cancelMessage(input: { messageId: "${messageId}" }) { __typename } }`,
    )
    const { counts } = await readBatch(acme, id)
    expect(counts).toMatchObject({ waiting: 1, canceled: 1 })
    gateway.simulator.inbound({ from: second, to: ava.number, text: 'STOP' })
    await expect
      .poll(async () => readBatch(acme, id))
      .toMatchObject({ status: 'COMPLETED', counts: { waiting: 0, canceled: 2 } })
  })
})

describe('a batch with bad rows', () => {
  const recipients = [
    { to: '+13035550001' },
    { to: '12345' },
    { to: '+1 303 555 0001' },
    { to: ava.number },
    { to: '+13035550002', text: 'Dear {{title}} {{name}}', values: [{ name: 'name', value: 'B' }] },
    { to: '+13035550003', text: ' ' },
    { to: '+13035550004', text: 'x'.repeat(1001) },
  ]

  test('says which and why, and sends nothing, unless told to send the others', async () => {
    const before = smsRequests(gateway.simulator).length
    const input = { from: [ava.number], text: 'Winter', recipients }
    const refused = await sendBatch(acme, input)
    expect(refused).toMatchObject({ code: 'BATCH_ROWS_INVALID', rowCount: 6 })
    expect(refused.rows.map(({ line, code }: any) => [line, code])).toEqual([
      [2, 'INVALID_PHONE_NUMBER'],
      [3, 'DUPLICATE_RECIPIENT'],
      [4, 'OWN_NUMBER'],
      [5, 'VALUE_MISSING'],
      [6, 'TEXT_EMPTY'],
      [7, 'TEXT_TOO_LONG'],
    ])
    expect(refused.rows[3].message).toContain('title')
    expect(smsRequests(gateway.simulator)).toHaveLength(before)

    const taken = await sendBatch(acme, { ...input, skipInvalid: true })
    expect(taken).toMatchObject({ status: 'RUNNING', counts: { total: 1 } })
    expect(taken.rejected).toHaveLength(6)
    await expect.poll(() => smsRequests(gateway.simulator).length).toBe(before + 1)
  })

  test('needs numbers of the tenant, somebody to text, and placeholders that are some', async () => {
    const one = [{ to: '+13035550009' }]
    const answers = await Promise.all([
      sendBatch(acme, { from: [stranger], text: 'x', recipients: one }),
      sendBatch(acme, { from: [], text: 'x', recipients: one }),
      sendBatch(acme, { from: [ava.number], text: 'x', recipients: [] }),
      sendBatch(acme, { from: [ava.number], text: 'Dear {{ }}', recipients: one }),
      changeBatch(acme, 'pauseBatch', 'bat_unknown'),
    ])
    expect(answers.map(({ code }) => code)).toEqual([
      'NUMBER_NOT_FOUND',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'BATCH_NOT_FOUND',
    ])
  })

  test('that is asked for twice by one key is one, and another one by that key is refused', async () => {
    const recipients = people(5, 808).map((to) => ({ to }))
    const input = { from: [ava.number], text: 'Once', recipients, idempotencyKey: 'campaign-1' }
    const twins = await Promise.all([sendBatch(acme, input), sendBatch(acme, input)])
    expect(twins[0].id).toBe(twins[1].id)
    const other = await sendBatch(acme, { ...input, text: 'Twice' })
    expect(other).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISMATCH', batchId: twins[0].id })
    await expect.poll(async () => (await readBatch(acme, twins[0].id)).status).toBe('COMPLETED')
    expect(heard().filter(({ text }) => text === 'Once')).toHaveLength(5)
  })
})

describe('a batch from a table', () => {
  test('takes a CSV as offices write it, and names the lines that are wrong', async () => {
    const csv = [
      '\ufeffto;name;text',
      '+13035550201;"Ana; the first";',
      '+13035550203;Dee;Hi, Dee, as you asked',
      '',
      '+13035550202;Bo;"Own',
      'words, {{name}}"',
      'nobody;Cy;',
      '+13035550204;Eve',
    ].join('\r\n')
    const csvUploadId = await uploaded(acme, Buffer.from(csv), { fileName: 'people.csv' })
    const input = { from: [ava.number], text: 'Dear {{name}}', csvUploadId }
    const refused = await sendBatch(acme, input)
    expect(refused).toMatchObject({
      code: 'BATCH_ROWS_INVALID',
      rows: [
        { line: 7, to: 'nobody', code: 'INVALID_PHONE_NUMBER' },
        { line: 8, to: '+13035550204', code: 'COLUMNS_MISMATCH' },
      ],
    })
    const { id } = await sendBatch(acme, { ...input, skipInvalid: true })
    await expect.poll(async () => (await readBatch(acme, id)).status).toBe('COMPLETED')
    const texts = heard().filter(({ to }) => to.startsWith('+130355502'))
    expect(texts.map(({ text }) => text).sort()).toEqual([
      'Dear Ana; the first',
      'Hi, Dee, as you asked',
      'Own\nwords, Bo',
    ])

    const noTable = await uploaded(acme, Buffer.from('number,name\n+13035550201,Ana\n'), {
      fileName: 'people.csv',
    })
    expect(await sendBatch(acme, { ...input, csvUploadId: noTable })).toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringContaining('`to`'),
    })
    const twoOfThem = await uploaded(acme, Buffer.from('to,to\n+13035550201,+13035550202\n'), {
      fileName: 'people.csv',
    })
    expect(await sendBatch(acme, { ...input, csvUploadId: twoOfThem })).toMatchObject({
      code: 'INVALID_CSV',
      message: expect.stringContaining('two columns "to"'),
    })
  })
})

test('a batch that leaves while it is still being filled is in nobody’s way', async () => {
  const deadlocks = async () => {
    const [row] = await gateway.db.$queryRaw<{ deadlocks: bigint }[]>`
      SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`
    return Number(row?.deadlocks)
  }
  const before = await deadlocks()
  const recipients = people(1_000, 970).map((to) => ({ to }))
  const from = [ava.number, ben.number]
  const { id } = await sendBatch(acme, { from, text: 'Off they go', recipients })
  await expect
    .poll(async () => (await readBatch(acme, id)).messages.totalCount, { timeout: 40_000 })
    .toBe(1_000)
  await changeBatch(acme, 'cancelBatch', id)
  expect(await deadlocks()).toBe(before)
})
