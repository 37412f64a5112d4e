import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { hours, minutes } from '../../src/lib/clock.ts'
import { sweepMediaJob, sweepOrphansJob } from '../../src/media/jobs.ts'
import { createClient } from '../support/client.ts'
import { ava, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { holdRows } from '../support/held-rows.ts'
import { createJobRunner } from '../support/jobs.ts'
import { captureLogs } from '../support/logs.ts'
import {
  createMediaDir,
  createUpload,
  findUpload,
  png,
  put,
  sha256,
  type UploadInput,
  uploaded,
} from '../support/media.ts'
import { send, stranger, waitForStatus } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

let gateway: Gateway
let acme: TestTenant
let mediaDir: string

beforeAll(async () => {
  const dir = await createMediaDir()
  mediaDir = dir.mediaDir
  gateway = await startGateway({ shared: true, app: { mediaDir } })
  acme = await gateway.createTenant()
  return async () => {
    await gateway.stop()
    await dir.remove()
  }
})

/** Every file in a media directory, those under way included. */
async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((one) => one.isFile() && one.name !== '.ringql-media')
    .map((one) => one.name)
}

describe('an upload', () => {
  it('takes its bytes once, whole, and tells what they are', async () => {
    const bytes = png({ sizeBytes: 900_000 })
    const made = await createUpload(acme, { fileName: ' Grüße.png ', sizeBytes: 900_000 })
    expect(made).toMatchObject({
      status: 'WAITING',
      fileName: 'Grüße.png',
      contentType: null,
      maxBytes: 1_500_000,
      sha256: null,
    })
    expect(made.id).toMatch(/^upl_/)
    const answer = await put(made.url, bytes, { origin: 'https://shop.example' })
    expect(answer).toMatchObject({ status: 200, body: { id: made.id, status: 'READY' } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(await findUpload(acme, made.id)).toMatchObject({
      status: 'READY',
      url: null,
      contentType: 'image/png',
      sizeBytes: 900_000,
      sha256: sha256(bytes),
    })
    const again = await put(made.url, png())
    expect(again).toMatchObject({ status: 409, body: { code: 'UPLOAD_FINISHED' } })
    expect((await findUpload(acme, made.id)).sha256).toBe(sha256(bytes))
  })

  it('that breaks off leaves nothing, and can be repeated at the same address', async () => {
    const bytes = png({ sizeBytes: 400_000 })
    const { id, url } = await createUpload(acme, { fileName: 'a.png' })
    const before = await filesIn(mediaDir)
    const { port, pathname, search } = new URL(url)
    const socket = connect(Number(port), 'localhost')
    socket.write(
      `PUT ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    )
    socket.write(bytes.subarray(0, 200_000))
    await expect.poll(() => filesIn(mediaDir)).toHaveLength(before.length + 1)
    socket.destroy()
    await expect.poll(() => filesIn(mediaDir)).toEqual(before)
    expect((await findUpload(acme, id)).status).toBe('WAITING')

    // And of two who send at the same time, one is taken.
    const twice = await Promise.all([put(url, bytes), put(url, png({ sizeBytes: 400_000 }))])
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(await filesIn(mediaDir)).toHaveLength(before.length + 1)
  })

  it.each<[string, UploadInput, Buffer<ArrayBuffer>, number, string]>([
    ['no bytes', { fileName: 'a.png' }, Buffer.alloc(0), 422, 'EMPTY'],
    ['more than it said', { fileName: 'a.png', sizeBytes: 9 }, png(), 422, 'INCOMPLETE'],
    ['a program', { fileName: 'a.png' }, Buffer.from('MZ\x90\0program'), 415, 'NOT_WHAT_IT_SAYS'],
    [
      'a program without a name',
      { fileName: 'a' },
      Buffer.from('\x7fELF\x02\x01\x01\0'),
      415,
      'TYPE_NOT_TAKEN',
    ],
    ['nothing that we know', { fileName: 'a' }, Buffer.from([1, 2, 3, 250]), 415, 'TYPE_NOT_TAKEN'],
    [
      'a page called a picture',
      { fileName: 'a.png' },
      Buffer.from('<!doctype html><p>'),
      415,
      'NOT_WHAT_IT_SAYS',
    ],
    [
      'a page called words',
      { fileName: 'a.txt' },
      Buffer.from('<!-- --> <html>'),
      415,
      'NOT_WHAT_IT_SAYS',
    ],
    [
      'another picture than it says',
      { fileName: 'a.png', contentType: 'image/jpeg' },
      png(),
      415,
      'NOT_WHAT_IT_SAYS',
    ],
    [
      'a drawing that unfolds',
      { fileName: 'a' },
      Buffer.from('<!DOCTYPE svg [<!ENTITY a "b">]><svg/>'),
      415,
      'TYPE_NOT_TAKEN',
    ],
    [
      'a picture that unfolds',
      { fileName: 'a.png' },
      png({ width: 30_000, height: 30_000 }),
      422,
      'PICTURE_TOO_LARGE',
    ],
    ['half a picture', { fileName: 'a.gif' }, Buffer.from('GIF89a'), 422, 'PICTURE_UNREADABLE'],
  ])('with %s is refused, and nothing stays', async (_what, input, bytes, status, reason) => {
    const { id, url } = await createUpload(acme, input)
    const before = await filesIn(mediaDir)
    const answer = await put(url, bytes)
    expect(answer).toMatchObject({ status, body: { code: 'UPLOAD_REFUSED', reason } })
    expect(await filesIn(mediaDir)).toEqual(before)
    expect((await findUpload(acme, id)).status).toBe('WAITING')
  })

  it.each([
    ['UTF-16', Buffer.from('\ufeffto,name\n', 'utf16le')],
    ['Latin-1', Buffer.from('to,name\n+13035550201,Zoë\n', 'latin1')],
  ])('in %s is to be saved as UTF-8', async (_encoding, bytes) => {
    const { url } = await createUpload(acme, { fileName: 'people.csv' })
    const refused = { reason: 'TYPE_NOT_TAKEN', error: expect.stringContaining('save it as') }
    expect(await put(url, bytes)).toMatchObject({ status: 415, body: refused })
  })

  it('of more than RingCentral takes is refused, whether or not it says its length', async () => {
    const { id, url } = await createUpload(acme, { fileName: 'a.png' })
    const before = await filesIn(mediaDir)
    const bytes = png({ sizeBytes: 1_500_001 })
    const chunked = { method: 'PUT', body: new Blob([bytes]).stream(), duplex: 'half' } as const
    expect((await fetch(url, chunked as RequestInit)).status).toBe(413)
    expect(await put(url, bytes)).toMatchObject({ status: 413, body: { reason: 'TOO_LARGE' } })
    // At once, and not when all of it has come: this one never ends.
    const { port, pathname, search } = new URL(url)
    const endless = connect(Number(port), 'localhost')
    let answer = ''
    endless.on('data', (piece) => {
      answer += piece
    })
    endless.write(
      `PUT ${pathname}${search} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    endless.write(`${bytes.length.toString(16)}\r\n`)
    endless.write(bytes)
    await expect.poll(() => answer).toMatch(/^HTTP\/1.1 413 /)
    endless.destroy()
    expect(await filesIn(mediaDir)).toEqual(before)
    expect((await put(url, png({ sizeBytes: 1_500_000 }))).status).toBe(200)
    expect((await findUpload(acme, id)).sizeBytes).toBe(1_500_000)
  })

  it.each([
    ['a.csv', 'name,phone\nZoë,1\n', 'text/csv'],
    ['a.txt', 'Grüße', 'text/plain'],
    ['a.vcf', 'BEGIN:VCARD\nVERSION:3.0\nEND:VCARD\n', 'text/vcard'],
    ['a.ics', 'BEGIN:VCALENDAR\nEND:VCALENDAR\n', 'text/calendar'],
    ['a.html', '<!doctype html><p>Hi</p>', 'text/html'],
    ['a.svg', '<?xml version="1.0"?><!-- x --><svg viewBox="0 0 9 9"/>', 'image/svg+xml'],
    ['a.pdf', '%PDF-1.4\n%%EOF\n', 'application/pdf'],
    ['a.gif', 'GIF89a\x02\0\x02\0\0\0\0;', 'image/gif'],
    ['a.mp3', 'ID3\x03\0\0\0\0\x02\x01', 'audio/mpeg'],
  ])('%s is taken as what it is', async (fileName, content, contentType) => {
    const id = await uploaded(acme, Buffer.from(content), { fileName })
    expect(await findUpload(acme, id)).toMatchObject({ status: 'READY', contentType })
  })

  it('is refused beforehand where its description already tells', async () => {
    const refusals = [
      [{ fileName: 'a', contentType: 'image/heic' }, { reason: 'TYPE_NOT_TAKEN' }],
      [{ fileName: 'a', sizeBytes: 1_500_001 }, { reason: 'TOO_LARGE' }],
      [{ fileName: 'a', sizeBytes: 0 }, { field: 'sizeBytes' }],
      [{ fileName: '../a' }, { field: 'fileName' }],
      [{ fileName: ' ' }, { field: 'fileName' }],
    ] as const
    for (const [input, refusal] of refusals) {
      expect(await createUpload(acme, input)).toMatchObject(refusal)
    }
  })

  it('that nobody uses lies here beside at most a thousand others', async () => {
    const neighbour = await gateway.createTenant({ name: 'Hoarder' })
    const others = Array.from({ length: 999 }, (_, n) => ({
      ...{ id: `upl_${n}`, tenantId: neighbour.id, fileName: 'a.png' },
      expiresAt: new Date(Date.now() + minutes(15)),
    }))
    await gateway.db.upload.createMany({ data: others })
    expect((await createUpload(neighbour, { fileName: 'a.png' })).status).toBe('WAITING')
    expect(await createUpload(neighbour, { fileName: 'a.png' })).toMatchObject({
      code: 'TOO_MANY_UPLOADS',
    })
    expect((await createUpload(acme, { fileName: 'a.png' })).status).toBe('WAITING')
  })

  it('is taken at its own address alone', async () => {
    const mine = await createUpload(acme, { fileName: 'a.png' })
    const other = await createUpload(acme, { fileName: 'b.png' })
    const forged = new URL(mine.url)
    forged.pathname = new URL(other.url).pathname
    for (const url of [String(forged), mine.url.replace(/signature=.+/, 'signature=x')]) {
      expect((await put(url, png())).status).toBe(403)
    }
    expect((await findUpload(acme, other.id)).status).toBe('WAITING')
  })
})

it('what nobody uses is gone after a day, what a message has stays, and a tenant takes all along', async () => {
  const { mediaDir: dir, remove } = await createMediaDir()
  const time = sharedTime({ app: { mediaDir: dir } })
  const clocked = await startGateway(time)
  const jobs = await createJobRunner(clocked)
  const tenant = await clocked.createTenant()
  await tenant.connect(ava)
  const neighbour = await clocked.createTenant({ name: 'Other' })
  const slow = await uploaded(tenant)
  const late = await createUpload(tenant, { fileName: 'late.png' })
  const unused = await uploaded(tenant)
  const used = await uploaded(tenant)
  const justInTime = await uploaded(tenant)
  const attach = (one: string) =>
    send(tenant, { from: ava.number, to: [stranger], text: '', attachments: [one] })
  const { id } = await attach(used)
  await waitForStatus(tenant, id, 'SENT', 'DELIVERED')

  await time.pass(minutes(16))
  expect((await put(late.url, png())).status).toBe(403)
  await time.pass(hours(24))
  const fresh = await uploaded(neighbour)
  // While the sweep stands before one, another one of those that it has found is attached.
  const held = await holdRows(
    clocked,
    `SELECT 1 FROM "Media" WHERE "id" = (SELECT "mediaId" FROM "Upload" WHERE "id" = '${slow}') FOR KEY SHARE`,
  )
  const swept = jobs.run(sweepMediaJob, {})
  await expect.poll(held.waiting).toBe(1)
  const last = await attach(justInTime)
  await held.letGo()
  await swept
  await waitForStatus(tenant, last.id, 'SENT', 'DELIVERED')
  expect(await findUpload(tenant, slow)).toBeNull()
  expect(await findUpload(tenant, late.id)).toBeNull()
  expect(await findUpload(tenant, unused)).toBeNull()
  expect(await findUpload(tenant, used)).toMatchObject({ status: 'READY' })
  const kept = await clocked.db.media.findMany({ select: { id: true } })
  expect((await filesIn(dir)).sort()).toEqual(kept.map((media) => media.id).sort())
  expect(kept).toHaveLength(3)

  await clocked.operator.query(
    `mutation { deleteTenant(input: { tenantId: "${tenant.id}" }) { __typename } }`,
  )
  await expect.poll(() => clocked.db.tenant.count()).toBe(1)
  const left = await clocked.db.upload.findUniqueOrThrow({ where: { id: fresh } })
  expect(await filesIn(dir)).toEqual([left.mediaId])

  // Bytes whose row is not there: a writer died between the two.
  await clocked.db.media.deleteMany()
  await jobs.run(sweepOrphansJob, {})
  expect(await filesIn(dir)).toEqual([])
  await remove()
})

it('a gateway that starts without the volume of its media waits for it', async () => {
  const { mediaDir: dir, remove } = await createMediaDir()
  const logs = captureLogs()
  const mounted = await startGateway({ app: { mediaDir: dir, logger: logs.logger } })
  const tenant = await mounted.createTenant()
  await tenant.connect(ava)
  const there = await uploaded(tenant)
  await mounted.first.close()
  await rename(dir, `${dir}-elsewhere`)
  await mkdir(dir)
  const { url } = await mounted.startInstance()
  expect(logs.text()).toContain('is its volume mounted?')
  const client = createClient(url, tenant.secret)
  const { id: upload, url: address } = await createUpload(client, { fileName: 'a.png' })
  expect((await put(address, png())).status).toBe(503)
  const { id } = await send(client, {
    ...{ from: ava.number, to: [stranger], text: '', attachments: [there] },
  })
  await client.waitFor(`{ message(id: "${id}") { timeline { kind } } }`, ({ message }) =>
    message.timeline.some(({ kind }: any) => kind === 'WAIT'),
  )
  await rm(dir, { recursive: true })
  await rename(`${dir}-elsewhere`, dir)
  await waitForStatus(client, id, 'SENT', 'DELIVERED')
  expect((await put(address, png())).body).toEqual({ id: upload, status: 'READY' })
  await remove()
})
