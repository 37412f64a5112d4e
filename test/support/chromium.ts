import { existsSync } from 'node:fs'
import { type BrowserContextOptions, chromium } from 'playwright-core'
import { onTestFinished } from 'vitest'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Debian's package; on a machine without it the tests that need a browser are skipped, and say so. */
export const hasChromium = existsSync(executablePath)
if (!hasChromium) {
  console.warn(
    `Skipped: what needs a real browser. Install the package chromium (apt-get install chromium), or name another one in CHROMIUM. There is no ${executablePath}.`,
  )
}

/** A browser with a profile of its own, which reaches for nothing by itself. Who launches it closes it. */
export const launchChromium = () =>
  chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })

/** One person's window, with all that it asked for and all that its pages were not allowed to do. */
export async function openWindow(
  browser: Awaited<ReturnType<typeof launchChromium>>,
  options: BrowserContextOptions = {},
) {
  const context = await browser.newContext(options)
  onTestFinished(() => context.close())
  const requests: { url: string; headers: Promise<Record<string, string>> }[] = []
  const reports: string[] = []
  context.on('request', (request) => {
    requests.push({ url: request.url(), headers: request.allHeaders().catch(() => ({})) })
  })
  const page = await context.newPage()
  page.on('console', (message) => {
    if (/content.security.policy/i.test(message.text())) reports.push(message.text())
  })
  const devTools = await context.newCDPSession(page)
  devTools.on('Audits.issueAdded', ({ issue }) => {
    if (issue.code === 'ContentSecurityPolicyIssue') reports.push(JSON.stringify(issue.details))
  })
  await devTools.send('Audits.enable')
  return { page, requests, reports }
}
