import { beforeAll, expect, it } from 'vitest'
import { ava, ben, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { captureLogs } from '../support/logs.ts'
import { received, waitForMessage } from '../support/mailbox.ts'
import { stranger } from '../support/texts.ts'
import { sharedTime } from '../support/time.ts'

let gateway: Gateway
let acme: TestTenant
let other: TestTenant
const logs = captureLogs()

beforeAll(async () => {
  gateway = await startGateway({ shared: true, app: { logger: logs.logger } })
  acme = await gateway.createTenant()
  other = await gateway.createTenant({ name: 'Other' })
  await acme.connect(ava)
  await other.connect(ben)
  return gateway.stop
})

const media = (contentType: string, fileName: string, content: string) => ({
  contentType,
  fileName,
  base64: Buffer.from(content).toString('base64'),
})

async function pictureTo(tenant: TestTenant, person: typeof ava, text: string) {
  const attached = [
    media('image/png', 'Grüße "1".png', 'PNG'),
    media('image/svg+xml', 'a.svg', '<svg/>'),
  ]
  gateway.simulator.inbound({ from: stranger, to: person.number, text, media: attached })
  return waitForMessage(tenant, (message) => message.text === text)
}

it('a picture is shown from its address; what may be a page is saved, never shown', async () => {
  const hears = await acme.subscribe(received)
  const { attachments } = await pictureTo(acme, ava, 'Look')
  expect(attachments).toMatchObject([
    { contentType: 'image/png', fileName: 'Grüße "1".png', sizeBytes: 3, durationSeconds: null },
    { contentType: 'image/svg+xml', fileName: 'a.svg' },
  ])
  const live = await hears.waitFor((data) => data)
  expect(live.messageReceived.message.attachments).toHaveLength(2)

  const picture = await fetch(attachments[0].url)
  expect([picture.status, await picture.text()]).toEqual([200, 'PNG'])
  expect(Object.fromEntries(picture.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': `inline; filename="Gr__e__1_.png"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%221%22.png`,
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
  })
  expect(picture.headers.has('access-control-allow-credentials')).toBe(false)
  expect(JSON.stringify([...picture.headers])).not.toMatch(/bearer/i)
  const page = await fetch(attachments[1].url)
  expect(Object.fromEntries(page.headers)).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment; filename="a.svg"',
  })
  const signature = new URL(attachments[0].url).searchParams.get('signature') ?? '-'
  expect(logs.text()).not.toContain(signature)
})

it('a fax opens as a document, whole or in part', async () => {
  gateway.simulator.sendFax({ from: stranger, to: ava.number, pages: 3 })
  const fax = await waitForMessage(acme, ({ type }) => type === 'FAX')
  expect(fax).toMatchObject({ text: '', isRead: false, pageCount: 3, durationSeconds: null })
  const [{ url, urlExpiresAt, sizeBytes }] = fax.attachments
  expect(Date.parse(urlExpiresAt) - Date.now()).toBeGreaterThan(280_000)
  const whole = await fetch(url)
  expect(await whole.text()).toMatch(/^%PDF-1\.4[\s\S]*\/Count 3[\s\S]*%%EOF\n$/)
  expect(whole.headers.get('content-length')).toBe(String(sizeBytes))
  expect(whole.headers.get('content-disposition')).toMatch(/^inline; filename="fax-\d+"$/)
  // Nothing in it that would keep a browser's viewer, or the application's frame, from showing it.
  expect(whole.headers.get('content-security-policy')).toBe("base-uri 'none'")
  const part = await fetch(url, { headers: { range: 'bytes=1-3' } })
  expect([part.status, await part.text()]).toEqual([206, 'PDF'])
  expect((await fetch(url, { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
})

it('an address is good for this attachment of this message of this tenant alone', async () => {
  const mine = (await pictureTo(acme, ava, 'Mine')).attachments
  const theirs = (await pictureTo(other, ben, 'Theirs')).attachments
  const changed = (change: (url: URL) => void) => {
    const url = new URL(mine[0].url)
    change(url)
    return url
  }
  const signature = new URL(theirs[0].url).searchParams.get('signature') ?? ''
  const forged = [
    changed((url) => url.searchParams.delete('signature')),
    changed((url) => url.searchParams.set('signature', signature)),
    changed((url) => url.searchParams.set('tenant', other.id)),
    changed((url) => url.searchParams.set('expires', String(Date.now() + 3_600_000))),
    changed((url) => {
      url.pathname = url.pathname.replace(mine[0].id, mine[1].id)
    }),
    changed((url) => {
      url.pathname = new URL(theirs[0].url).pathname
    }),
    changed((url) => {
      url.pathname = url.pathname.replace('/attachments/', '/recordings/')
    }),
  ]
  for (const url of forged) expect((await fetch(url)).status, String(url)).toBe(403)
  expect((await fetch(mine[0].url)).status).toBe(200)
})

it('is good for five minutes, and for a tenant that is there and connected', async () => {
  const time = sharedTime()
  const clocked = await startGateway(time)
  const tenant = await clocked.createTenant()
  await tenant.connect(ava)
  clocked.simulator.sendFax({ from: stranger, to: ava.number })
  const { attachments } = await waitForMessage(tenant, (one) => one)
  const status = async () => (await fetch(attachments[0].url)).status
  const operate = (what: string) =>
    clocked.operator.query(
      `mutation { ${what}Tenant(input: { tenantId: "${tenant.id}" }) { __typename } }`,
    )
  await operate('suspend')
  expect(await status()).toBe(404)
  await operate('resume')
  expect(await status()).toBe(200)
  await tenant.query('mutation { disconnect { __typename } }')
  expect(await status()).toBe(409)
  await time.pass(310_000)
  expect(await status()).toBe(403)
})
