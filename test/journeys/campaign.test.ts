import { expect, test } from 'vitest'
import { deliveryCodes } from '../../simulator/messages/magic-codes.ts'
import { magicNumbers } from '../../simulator/messages/magic-numbers.ts'
import { batch, changeBatch, people, readBatch, sendBatch, sumOf } from '../batches/batches.ts'
import { setConsent } from '../support/consents.ts'
import { ava, ben, cleo, type Gateway, startGateway } from '../support/gateway.ts'
import { uploaded } from '../support/media.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'
import { openBrowser } from './browser.ts'

/** `CAMPAIGN_RECIPIENTS=5000`: at full length. */
const size = Number(process.env.CAMPAIGN_RECIPIENTS ?? 60)
const wide = { Light: 100_000, Medium: 100_000, Heavy: 100_000, Auth: 100_000 }

/** Numbers with a fate: their texts fail after they were accepted. */
const failing = magicNumbers
  .filter(({ outcome }) =>
    deliveryCodes.some(({ code, status }) => code === outcome?.errorCode && status !== 'Sent'),
  )
  .slice(0, 10)
const areas = [303, 312, 404, 503, 617, 702, 713, 805, 904, 914]
const ordinary = areas.flatMap((area) => people(1_000, area))
const all = [
  ...failing.map(({ endings: [ending] }) => `+1602${ending}`),
  ...ordinary.slice(0, size - failing.length),
]

test(`a campaign of ${size} over five numbers is paused, resumed, and its report adds up`, async () => {
  const gateway = await startGateway({ simulator: { limits: wide } })
  const acme = await gateway.createTenant()
  const senders = [ava, ben, cleo, newcomer(gateway, 'Dan', 201), newcomer(gateway, 'Eve', 202)]
  for (const person of senders) await acme.connect(person)
  const from = senders.map(({ number }) => number)
  const campaign = () => gateway.simulator.outbox().filter(({ text }) => text.startsWith('Dear'))

  // One of them has told somebody at the counter that she wants no texts from Ben.
  const [quiet = ''] = ordinary.slice(-1)
  await setConsent(acme, { number: ben.number, other: quiet, status: 'OPTED_OUT' })
  const page = openBrowser(gateway.url, acme.secret)
  const live = page.listen(
    `subscription { messageBatchChanged { cursor batch { status counts {
      total waiting sending sent delivered failed unconfirmed canceled expired } } } }`,
  )
  await page.connected

  const csv = ['to,name', ...[...all, quiet].map((to, n) => `${to},Nº ${n}`)].join('\n')
  const input = {
    name: 'Spring',
    from,
    text: 'Dear {{name}}, spring is here',
    csvUploadId: await uploaded(acme, Buffer.from(csv), { fileName: 'spring.csv' }),
  }
  expect(await sendBatch(acme, input)).toMatchObject({
    code: 'BATCH_ROWS_INVALID',
    rows: [{ line: size + 2, to: quiet, code: 'RECIPIENT_OPTED_OUT' }],
  })
  const beganAt = Date.now()
  const accepted = await sendBatch(acme, { ...input, skipInvalid: true })
  expect(accepted).toMatchObject({ status: 'RUNNING', counts: { total: size, waiting: size } })
  const acceptedMs = Date.now() - beganAt
  const { id } = accepted

  // Somebody finds a mistake on the website, and holds it.
  await expect.poll(() => campaign().length, { timeout: 120_000 }).toBeGreaterThan(size / 10)
  expect(await changeBatch(acme, 'pauseBatch', id)).toMatchObject({ status: 'PAUSED' })
  const still = async () => (await readBatch(acme, id)).counts
  await expect
    .poll(async () => (await still()).sending, { timeout: 120_000, interval: 250 })
    .toBe(0)
  const before = campaign().length
  expect(before).toBeLessThan(size)
  for (const number of from) {
    const text = `By hand from ${number}`
    const { id: byHand } = await send(acme, { from: number, to: [stranger], text })
    await waitForStatus(acme, byHand, 'SENT', 'DELIVERED')
  }
  expect(campaign()).toHaveLength(before)
  expect(sumOf(await still())).toBe(size)

  expect(await changeBatch(acme, 'resumeBatch', id)).toMatchObject({ status: 'RUNNING' })
  const completed = `{ messageBatch(id: "${id}") { ${batch} } }`
  await expect
    .poll(async () => (await acme.query(completed)).messageBatch, {
      timeout: 2_400_000,
      interval: 500,
    })
    .toMatchObject({ status: 'COMPLETED', counts: { failed: failing.length } })
  const tookMs = Date.now() - beganAt
  console.info(`${size} over five numbers: accepted in ${acceptedMs} ms, done after ${tookMs} ms`)

  // Everybody once, by five who had the same to do.
  const sent = campaign()
  expect(sent.map(({ to }) => to[0]).sort()).toEqual([...all].sort())
  for (const number of from) {
    const share = sent.filter((one) => one.from === number).length
    expect([Math.floor(size / 5), Math.ceil(size / 5)]).toContain(share)
  }
  expect(sent.find(({ to }) => to[0] === all[30])?.text).toBe('Dear Nº 30, spring is here')

  // The report adds up, line by line as in the sum.
  const report: any[] = []
  for (let after: string | null = null; ; ) {
    const { messageBatch }: any = await acme.query(
      `query ($after: String) { messageBatch(id: "${id}") { rejected { to code }
        messages(first: 100, after: $after) { totalCount pageInfo { hasNextPage endCursor }
          nodes { to status error { code rcCode retryable } } } } }`,
      { after },
    )
    expect(messageBatch.rejected).toEqual([{ to: quiet, code: 'RECIPIENT_OPTED_OUT' }])
    report.push(...messageBatch.messages.nodes)
    if (!messageBatch.messages.pageInfo.hasNextPage) break
    after = messageBatch.messages.pageInfo.endCursor
  }
  expect(report.map(({ to }) => to[0]).sort()).toEqual([...all].sort())
  const failed = report.filter(({ status }) => status.endsWith('_FAILED'))
  expect(failed.map(({ to, error }) => [to[0], error.rcCode]).sort()).toEqual(
    failing.map(({ endings: [ending], outcome }) => [`+1602${ending}`, outcome?.errorCode]).sort(),
  )
  const { counts, finishedAt } = await readBatch(acme, id)
  expect(sumOf(counts)).toBe(size)
  expect(counts).toMatchObject({ total: size, failed: failing.length, waiting: 0, sending: 0 })
  expect(counts.sent + counts.delivered).toBe(size - failing.length)
  expect(finishedAt).not.toBeNull()

  // Whoever watched saw the same, and every sum added up on the way.
  await expect.poll(() => live.events.at(-1)?.batch.counts.failed).toBe(failing.length)
  const statuses = live.events.map((event) => event.batch.status)
  expect(statuses.filter((status, n) => status !== statuses[n - 1])).toEqual([
    'RUNNING',
    'PAUSED',
    'RUNNING',
    'COMPLETED',
  ])
  for (const event of live.events) expect(sumOf(event.batch.counts)).toBe(size)
}, 3_000_000)

function newcomer({ simulator }: Pick<Gateway, 'simulator'>, firstName: string, line: number) {
  const number = `+12025550${line}`
  const { id: extensionId } = simulator.addExtension({
    firstName,
    lastName: 'Newcomer',
    phoneNumbers: [number],
  })
  return { extensionId, number }
}
