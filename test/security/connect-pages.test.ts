import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { hasChromium, launchChromium, openWindow } from '../support/chromium.ts'
import { ava, ben, cleo, type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'

const createToken = `mutation ($input: CreateInviteTokenInput) { result: createInviteToken(input: $input) {
  ... on ConnectToken { connectUrl } } }`

describe.skipIf(!hasChromium)('the connect pages in Chromium', () => {
  let gateway: Gateway
  let acme: TestTenant
  let browser: Awaited<ReturnType<typeof launchChromium>>
  let application: Awaited<ReturnType<typeof serveApplication>>

  beforeAll(async () => {
    gateway = await startGateway({ shared: true })
    acme = await gateway.createTenant({ name: 'Acme Dental' })
    application = await serveApplication()
    browser = await launchChromium()
    await acme.query(
      `mutation { updateSettings(input: { returnUrls: ["${application.url}/back"] }) { __typename } }`,
    )
    return async () => {
      await browser.close()
      application.close()
      await gateway.stop()
    }
  })

  const newLink = async (input: object = {}): Promise<string> =>
    (await acme.query(createToken, { input })).result.connectUrl

  const begin = (page: Page) => page.getByRole('button', { name: 'Continue to RingCentral' })

  /** What RingCentral's login page, or the simulator in its place, asks. */
  async function allow(page: Page, name: string) {
    await page.getByRole('radio', { name }).check()
    await page.getByRole('button', { name: 'Allow' }).click()
  }

  it('B11: lead from the link to the application without JavaScript, a report, a third party or a Referer', async () => {
    const { page, requests, reports } = await openWindow(browser, { javaScriptEnabled: false })
    const returnUrl = `${application.url}/back`
    const connectUrl = await newLink({ label: 'Ava, front desk', returnUrl })
    await page.goto(connectUrl)
    await expect.poll(() => page.title()).toBe('Connect RingCentral to Acme Dental')
    const said = await page.locator('main').innerText()
    for (const words of ['Acme Dental asks', 'Ava, front desk', 'send texts from your numbers']) {
      expect(said).toContain(words)
    }
    await begin(page).click()
    await allow(page, 'Ava Hart')
    await expect.poll(() => page.locator('main').innerText()).toContain('Being received')
    expect(await page.locator('main').innerText()).toContain('Ava Hart')
    await page.getByRole('link', { name: 'Back to Acme Dental' }).click()
    await expect.poll(() => application.asked('/back')).toHaveLength(1)

    expect(reports).toEqual([])
    const ours = [gateway.url, gateway.simulator.url, application.url]
    const foreign = requests.filter(({ url }) => !ours.includes(new URL(url).origin))
    expect(foreign.map(({ url }) => url)).toEqual([])
    // RingCentral hears of nobody's link, and neither does the application.
    const atRingCentral = requests.find(({ url }) => url.includes('/oauth/authorize?'))
    expect(atRingCentral && (await atRingCentral.headers)).not.toHaveProperty('referer')
    expect(application.asked('/back')[0]).not.toHaveProperty('referer')
    const token = new URL(connectUrl).searchParams.get('token') ?? '?'
    for (const { headers } of requests) expect((await headers).referer ?? '').not.toContain(token)

    await page.goBack()
    await page.goto(connectUrl)
    expect(await page.locator('main').innerText()).toContain('This link has been used')
    const { extensions } = await acme.query('{ extensions { nodes { extensionId status } } }')
    expect(extensions.nodes).toContainEqual({ extensionId: ava.extensionId, status: 'ACTIVE' })
  })

  it('B11: stay empty in a frame', async () => {
    const { page } = await openWindow(browser)
    const connectUrl = await newLink()
    await page.goto(`${application.url}/frame?of=${encodeURIComponent(connectUrl)}`)
    const [, frame] = page.frames()
    await expect.poll(() => frame?.url()).toMatch(/^chrome-error:/)
    expect(await frame?.content()).not.toContain('Continue to RingCentral')
  })

  it('E1: do as they should by keyboard, after the back button, and with a double click', async () => {
    const { page } = await openWindow(browser)
    const connectUrl = await newLink()
    await page.goto(connectUrl)
    await begin(page).dblclick()
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    await page.goBack()
    await begin(page).waitFor()
    await page.goto(connectUrl)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Continue to RingCentral',
    )
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Refuse' }).click()
    await expect.poll(() => page.title()).toBe('Nothing was connected')
    await page.goBack()
    await page.goBack()
    await begin(page).click()
    await allow(page, 'Ben Ortiz')
    await expect.poll(() => page.title()).toBe('Connected to Acme Dental')
    const { extensions } = await acme.query('{ extensions { nodes { extensionId status } } }')
    expect(extensions.nodes).toContainEqual({ extensionId: ben.extensionId, status: 'ACTIVE' })
  })

  it('B11: can be read by everybody, by day and by night, at the width of a phone', async () => {
    const { page, reports } = await openWindow(browser, { viewport: { width: 320, height: 600 } })
    // Not through the page, whose policy lets no script in.
    await page.addInitScript(axe.source)
    const faults = async () => {
      const found = []
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const { violations } = await page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run(),
        )
        found.push(...violations.map(({ id, nodes }) => `${colorScheme}: ${id} ${nodes[0]?.html}`))
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      return wide ? [...found, 'wider than the window'] : found
    }
    await page.goto(await newLink({ label: 'Cleo', returnUrl: `${application.url}/back` }))
    expect(await faults()).toEqual([])
    await begin(page).click()
    await page.getByRole('button', { name: 'Refuse' }).click()
    await expect.poll(() => page.title()).toBe('Nothing was connected')
    expect(await faults()).toEqual([])
    await page.reload()
    expect(await page.title()).toBe('This page cannot be used')
    expect(await faults()).toEqual([])
    await page.goto(`${gateway.url}/v1/rc/connect?token=x`)
    expect(await faults()).toEqual([])
    await page.goto(await newLink({ returnUrl: `${application.url}/back` }))
    await begin(page).click()
    await allow(page, 'Cleo')
    await expect.poll(() => page.locator('main').innerText()).toContain(cleo.number)
    expect(await faults()).toEqual([])
    expect(reports).toEqual([])
  })
})

/** The tenant's application, to which people come back; and whoever would like to have our pages in a frame. */
async function serveApplication() {
  const seen: { path: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    seen.push({ path: pathname, headers: request.headers })
    response.writeHead(200, { 'content-type': 'text/html' })
    const framed = searchParams.get('of')
    response.end(framed ? `<iframe src="${framed}"></iframe>` : '<h1>Welcome back</h1>')
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    asked: (path: string) => seen.filter((one) => one.path === path).map(({ headers }) => headers),
    close: () => server.close(),
  }
}
