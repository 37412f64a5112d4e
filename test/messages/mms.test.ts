import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fetchMediaJob, sweepMessagesJob, syncMessagesJob } from '../../src/messages/jobs.ts'
import { login } from '../simulator/harness.ts'
import { ava, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { createJobRunner } from '../support/jobs.ts'
import { captureLogs } from '../support/logs.ts'
import { elsewhere, received, waitForMessage } from '../support/mailbox.ts'
import { createMediaDir, createUpload, png, sha256, uploaded } from '../support/media.ts'
import { send, smsRequests, stranger, waitForStatus } from '../support/texts.ts'
import { resolve } from './unconfirmed.ts'

const tollFree = '+18005550199'
const logs = captureLogs()

let gateway: Gateway
let acme: TestTenant
let mediaDir: string
let extensionRowId: string

beforeAll(async () => {
  const dir = await createMediaDir()
  mediaDir = dir.mediaDir
  gateway = await startGateway({
    shared: true,
    app: { mediaDir, settleMs: 250, logger: logs.logger },
  })
  acme = await gateway.createTenant()
  extensionRowId = (await acme.connect(ava)).id
  return async () => {
    await gateway.stop()
    await dir.remove()
  }
})
beforeEach(() => gateway.simulator.clearFaults())

const mms = (attachments: string[], more: object = {}) =>
  send(acme, { from: ava.number, to: [stranger], text: '', attachments, ...more })
/** What RingCentral has of a message that was sent. */
const sent = (rcMessageId: string) =>
  gateway.simulator.outbox().find(({ id }) => id === rcMessageId)
const shown = (id: string) => waitForMessage(acme, (message) => message.id === id)
const bytesAt = async (url: string, headers: Record<string, string> = {}) => {
  const response = await fetch(url, { headers })
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) }
}
const forget = async (messageId: string, dir = mediaDir) => {
  const { mediaId } = await gateway.db.mediaUse.findFirstOrThrow({ where: { messageId } })
  await rm(join(dir, mediaId?.slice(-2) ?? '', mediaId ?? ''))
}

describe('an MMS', () => {
  it('goes out byte for byte, to a group as one message, and is shown as it went', async () => {
    const picture = png({ sizeBytes: 700_000 })
    const note = Buffer.from('Grüße')
    const attachments = [
      await uploaded(acme, picture, { fileName: 'Größe "1".png' }),
      await uploaded(acme, note, { fileName: 'note.txt' }),
    ]
    const to = [stranger, '+14155550124']
    const { id } = await mms(attachments, { to })
    const { rcMessageId } = await waitForStatus(acme, id, 'DELIVERED')
    const left = gateway.simulator.outbox().filter((one) => one.attachments)
    expect(left).toMatchObject([{ id: rcMessageId, to, text: '' }])
    expect(sent(rcMessageId)?.attachments?.map((one) => [one.contentType, one.sha256])).toEqual([
      ['image/png', sha256(picture)],
      ['text/plain', sha256(note)],
    ])
    const mine = await shown(id)
    expect(mine.attachments).toMatchObject([
      { id: attachments[0], contentType: 'image/png', sizeBytes: 700_000, sha256: sha256(picture) },
      { id: attachments[1], contentType: 'text/plain', fileName: 'note.txt' },
    ])
    expect((await bytesAt(mine.attachments[0].url)).bytes.equals(picture)).toBe(true)
    const part = await bytesAt(mine.attachments[0].url, { range: 'bytes=1-3' })
    expect([part.status, String(part.bytes)]).toEqual([206, 'PNG'])
    const head = await fetch(mine.attachments[0].url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '700000'])
    const beyond = await fetch(mine.attachments[0].url, { headers: { range: 'bytes=700000-' } })
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, 'bytes */700000'])
    const etag = head.headers.get('etag') ?? ''
    expect(etag).toBe(`"${sha256(picture)}"`)
    const known = await bytesAt(mine.attachments[0].url, { 'if-none-match': `"x", W/${etag}` })
    expect(known).toMatchObject({ status: 304, bytes: Buffer.alloc(0) })
    for (const [tag, status] of [
      [etag, 206],
      ['"x"', 200],
    ] as const) {
      const rest = { range: 'bytes=1-3', 'if-range': tag }
      expect((await bytesAt(mine.attachments[0].url, rest)).status).toBe(status)
    }

    // The same picture once more, to somebody else, by an idempotent request.
    const again = { to: ['+14155550125'], idempotencyKey: 'again' }
    const first = await mms(attachments.slice(0, 1), again)
    expect((await mms(attachments.slice(0, 1), again)).id).toBe(first.id)
    expect(await mms(attachments, again)).toMatchObject({ code: 'IDEMPOTENCY_KEY_MISMATCH' })
    await waitForStatus(acme, first.id, 'DELIVERED')
  })

  it('is refused before anything is queued when it cannot be', async () => {
    const other = await gateway.createTenant({ name: 'Other' })
    await other.connect(cleo)
    const messages = await gateway.db.message.count()
    const waiting = (await createUpload(acme, { fileName: 'a.png' })).id
    const one = await uploaded(acme)
    const large = [
      await uploaded(acme, png({ sizeBytes: 800_000 })),
      await uploaded(acme, png({ sizeBytes: 700_001 })),
    ]
    const foreign = await uploaded(other)
    const refused = (reason: string, attachmentId: string | null = null) => ({
      code: 'ATTACHMENT_NOT_USABLE',
      reason,
      attachmentId,
    })
    const eleven = Array.from({ length: 11 }, (_, n) => `upl_${n}`)
    expect(await mms(eleven)).toMatchObject(refused('TOO_MANY'))
    expect(await mms([one, one])).toMatchObject(refused('TWICE', one))
    expect(await mms([one, foreign])).toMatchObject(refused('NOT_FOUND', foreign))
    expect(await mms([waiting])).toMatchObject(refused('NOT_READY', waiting))
    expect(await mms(large)).toMatchObject(refused('TOO_LARGE_TOGETHER'))
    expect(await mms([], { text: ' ' })).toMatchObject({ code: 'TEXT_EMPTY' })
    const fromTollFree = { from: tollFree, to: [stranger], text: '', attachments: [foreign] }
    expect(await send(other, fromTollFree)).toMatchObject({
      code: 'MMS_NOT_SUPPORTED',
      number: tollFree,
    })
    expect(await gateway.db.message.count()).toBe(messages)
  })

  it('in doubt is found by its pictures and never doubled, nor taken for a text without any', async () => {
    const before = smsRequests(gateway.simulator).length
    const picture = await uploaded(acme)
    const two = [picture, await uploaded(acme)]
    gateway.simulator.planFault({ kind: 'reset', path: '**/mms', method: 'POST', count: 1 })
    const lost = await mms(two)
    gateway.simulator.planFault({
      kind: 'accept-then-reset',
      path: '**/mms',
      method: 'POST',
      count: 1,
    })
    const taken = await mms([picture])
    const { rcMessageId } = await waitForStatus(acme, taken.id, 'SENT', 'DELIVERED', 'UNCONFIRMED')
    expect(sent(rcMessageId)?.attachments).toHaveLength(1)
    expect((await waitForStatus(acme, lost.id, 'UNCONFIRMED')).rcMessageId).toBeNull()
    expect(smsRequests(gateway.simulator)).toHaveLength(before + 2)

    const again = await resolve(acme, lost.id, 'RESEND')
    const resent = await waitForStatus(acme, again.id, 'DELIVERED')
    expect(sent(resent.rcMessageId)?.attachments).toHaveLength(2)
    expect((await shown(again.id)).attachments).toHaveLength(2)
  })

  it('waits with its reason while the store is down; what the store has lost fails alone', async () => {
    const [waits, loses] = [await uploaded(acme), await uploaded(acme)]
    await rename(mediaDir, `${mediaDir}-away`)
    const { id } = await mms([waits])
    const lost = await mms([loses])
    const text = await send(acme, { from: ava.number, to: [stranger], text: 'Behind them' })
    const { timeline } = await acme.waitFor(
      `{ message(id: "${id}") { status timeline { kind summary } } }`,
      ({ message }) => message.timeline.length > 1 && message,
    )
    expect(timeline.at(-1)).toMatchObject({
      kind: 'WAIT',
      summary: expect.stringMatching(/^The store of attachments cannot be read; waiting until/),
    })
    await forget(lost.id, `${mediaDir}-away`)
    await rename(`${mediaDir}-away`, mediaDir)
    await waitForStatus(acme, id, 'DELIVERED')
    expect(await waitForStatus(acme, lost.id, 'SENDING_FAILED')).toMatchObject({
      errorCode: 'ATTACHMENT_LOST',
    })
    await waitForStatus(acme, text.id, 'DELIVERED')
  })
})

describe('a picture that comes in', () => {
  const bytes = png({ sizeBytes: 5_000 })
  const media = [{ contentType: 'image/png', fileName: 'in.png', base64: bytes.toString('base64') }]
  const arrive = (text: string) => {
    gateway.simulator.inbound({ from: stranger, to: ava.number, text, media })
    return waitForMessage(acme, (message) => message.text === text)
  }
  const kept = (id: string) =>
    waitForMessage(acme, (message) => message.id === id && message.attachments[0]?.sha256)
  const fetches = () =>
    gateway.simulator.ledger().filter(({ path }) => path.includes('/content/')).length

  it('is fetched once, and outlives its deletion at RingCentral', async () => {
    const before = fetches()
    const { id, rcMessageId } = await arrive('Keep this')
    const [attachment] = (await kept(id)).attachments
    expect(attachment).toMatchObject({ state: 'KEPT', sizeBytes: 5_000, sha256: sha256(bytes) })
    const jobs = await createJobRunner(gateway)
    await jobs.run(fetchMediaJob, { messageId: id })
    await jobs.run(syncMessagesJob, { extensionRowId })
    const api = await elsewhere(gateway, ava.extensionId)
    await api('DELETE', `message-store/${rcMessageId}?purge=true`)
    const deleted = await waitForMessage(acme, (one) => one.id === id && one.deletedAt)
    expect((await bytesAt(deleted.attachments[0].url)).bytes.equals(bytes)).toBe(true)
    expect(fetches()).toBe(before + 1)

    // And what has neither here nor there is not promised.
    await forget(id)
    expect((await bytesAt(deleted.attachments[0].url)).status).toBe(404)
  })

  it('is kept as well when somebody here has sent it by RingCentral’s own app', async () => {
    const { body } = await login(gateway.simulator, ava.extensionId)
    const from = { phoneNumber: ava.number }
    const words = { from, to: [{ phoneNumber: stranger }], text: 'From the app' }
    const form = new FormData()
    form.append('json', new Blob([JSON.stringify(words)], { type: 'application/json' }))
    form.append('attachment', new Blob([bytes], { type: 'image/png' }), 'app.png')
    await fetch(`${gateway.simulator.url}/restapi/v1.0/account/~/extension/~/mms`, {
      method: 'POST',
      headers: { authorization: `Bearer ${body.access_token}` },
      body: form,
    })
    const jobs = await createJobRunner(gateway)
    await jobs.run(syncMessagesJob, { extensionRowId })
    const { attachments } = await waitForMessage(
      acme,
      (one) => one.text === words.text && one.attachments[0]?.state === 'KEPT',
    )
    expect(attachments).toMatchObject([{ sha256: sha256(bytes) }])
  })

  it('waits at RingCentral while the store is down, is shown from there, and is fetched afterwards', async () => {
    await rename(mediaDir, `${mediaDir}-away`)
    const before = fetches()
    const { id } = await arrive('Nowhere to put it')
    await expect.poll(fetches).toBeGreaterThan(before)
    // Put off, not given up, and the operator is told.
    const jobsOf = () => gateway.db.$queryRaw<{ state: string }[]>`
      SELECT state FROM pgboss.job WHERE name = ${fetchMediaJob.name} AND data->>'messageId' = ${id}
        AND start_after > created_on`
    await expect.poll(jobsOf).toMatchObject([{ state: 'created' }])
    expect(logs.text()).toContain('A picture could not be kept')
    const [attachment] = (await shown(id)).attachments
    expect(attachment.sha256).toBeNull()
    expect((await bytesAt(attachment.url)).bytes.equals(bytes)).toBe(true)
    await rename(`${mediaDir}-away`, mediaDir)
    const jobs = await createJobRunner(gateway)
    await jobs.run(fetchMediaJob, { messageId: id })
    expect((await kept(id)).attachments[0].sha256).toBe(sha256(bytes))
  })

  it('is served from RingCentral until it is here; a fetch that got lost is made again', async () => {
    const hears = await acme.subscribe(received)
    gateway.simulator.planFault({ kind: 'status', status: 500, path: '**/content/**' })
    // What was fetched before has used up what a minute allows.
    await gateway.db.budget.deleteMany()
    const before = fetches()
    const { id } = await arrive('Not yet')
    await expect.poll(fetches).toBeGreaterThan(before)
    expect(await gateway.db.mediaUse.findFirst({ where: { messageId: id } })).toMatchObject({
      status: 'WAITING',
    })
    // The queue forgets it, once nobody is at it.
    const atIt = () =>
      gateway.db.$queryRaw`
        SELECT 1 FROM pgboss.job WHERE name = ${fetchMediaJob.name} AND state = 'active'`
    await expect.poll(atIt).toEqual([])
    await gateway.db
      .$executeRaw`DELETE FROM pgboss.job WHERE name = ${fetchMediaJob.name} AND state <> 'active'`
    gateway.simulator.clearFaults()
    const live = await hears.waitFor((data) => data.messageReceived.message.id === id)
    const [{ url, state }] = live.messageReceived.message.attachments
    expect(state).toBe('FETCHING')
    expect((await bytesAt(url)).bytes.equals(bytes)).toBe(true)
    await gateway.db
      .$executeRaw`UPDATE "MediaUse" SET "createdAt" = "createdAt" - interval '1 hour' WHERE "messageId" = ${id}`
    const jobs = await createJobRunner(gateway)
    await jobs.run(sweepMessagesJob, {})
    const [{ sha256: sum }] = (await kept(id)).attachments
    expect(sum).toBe(sha256(bytes))

    // And what RingCentral does not hand out is told, to people and to the operator.
    const refusal = { kind: 'status', status: 404, path: '**/content/**' } as const
    gateway.simulator.planFault(refusal)
    const gone = await arrive('Nothing to see')
    const isNotFetched = (one: any) => one.attachments[0].state === 'NOT_FETCHED'
    const shownSo = await waitForMessage(acme, (one) => one.id === gone.id && isNotFetched(one))
    expect((await bytesAt(shownSo.attachments[0].url)).status).toBe(404)
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    expect(metrics).toMatch(/^ringql_media_lost 1$/m)
    expect(metrics).toMatch(/^ringql_media_waiting 0$/m)
  })
})
