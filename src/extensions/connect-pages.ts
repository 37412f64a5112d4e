import { html } from 'hono/html'
import { page } from '../http/page.ts'
import type { LinkState } from './connect-link.ts'

/** What the link's page asks for. Shows who asks before anything happens. */
export function confirmationPage(link: {
  tenantName: string
  label: string | null
  token: string
  /** What it allows, in words. */
  asked: readonly string[]
}) {
  return page({
    title: `Connect RingCentral to ${link.tenantName}`,
    body: html`<h1>Connect your RingCentral extension to ${link.tenantName}?</h1>
${link.label ? html`<p class="soft">This link was made for: ${link.label}</p>` : ''}
<p><strong>${link.tenantName}</strong> asks to use your RingCentral extension. It will be able to:</p>
<ul>
${link.asked.map((one) => html`<li>${one}</li>\n`)}</ul>
<p class="soft">You will sign in at RingCentral next, where you can still say no. Your password stays there.</p>
<form method="post" action="/v1/rc/connect">
<input type="hidden" name="token" value="${link.token}">
<button type="submit">Continue to RingCentral</button>
</form>`,
  })
}

const brokenLinks: Record<Exclude<LinkState['state'], 'valid'>, [title: string, what: string]> = {
  unknown: ['This link is not known', 'It may have been cut off when it was copied.'],
  used: [
    'This link has been used',
    'Each link connects one extension, once. If it was you who used it, your extension is connected already.',
  ],
  expired: [
    'This link has expired',
    'Links work only for a few minutes, to keep your account safe.',
  ],
  suspended: [
    'This link cannot be used now',
    'The company that sent it is not being served at the moment.',
  ],
}

export function brokenLinkPage(state: Exclude<LinkState['state'], 'valid'>) {
  const [title, what] = brokenLinks[state]
  return page({
    title,
    body: html`<h1>${title}</h1>
<p>${what}</p>
<p>Nothing was connected just now. Ask whoever sent it to you for a new link.</p>`,
  })
}

/** The callback cannot be believed, in words that are the same for every reason. */
export function refusedCallbackPage() {
  return page({
    title: 'This page cannot be used',
    body: html`<h1>This sign-in could not be completed</h1>
<p>It was started in another browser, took too long, or was completed already. Nothing was connected just now; if this page has told you before that your extension is connected, it still is.</p>
<p>Open the link that you were sent again, in this browser. If it does not work any more, ask for a new one.</p>`,
  })
}

const reasons = {
  refused: 'You did not allow access at RingCentral, or RingCentral did not allow it.',
  busy: 'Too many people are connecting at this moment. Wait a minute before you try again.',
  otherExtension:
    'This link was made for somebody who is known with another RingCentral extension already. Sign in at RingCentral with that one, or ask whoever sent you the link to correct it.',
  otherUser:
    'The RingCentral extension that you signed in with belongs to another user already. Sign in at RingCentral as yourself, or ask whoever sent you the link to correct it.',
  failed: 'RingCentral could not be reached, or did not answer as expected.',
}

export function notConnectedPage(tenantName: string, why: keyof typeof reasons) {
  return page({
    title: 'Nothing was connected',
    body: html`<h1>Nothing was connected</h1>
<p>${reasons[why]}</p>
<p>Nothing was changed: if your extension was connected to ${tenantName} before, it still is. To try again, open the link that you were sent once more; if it has expired, ask for a new one.</p>`,
  })
}

export type FoundExtension = {
  extensionId: string
  name: string | null
  extensionNumber: string | null
  numbersDiscoveredAt: Date | null
  phoneNumbers: { phoneNumber: string; label: string | null }[]
  webhookSubscriptions: unknown[]
}

/** What was connected. Loads itself again until everything has been found. */
export function connectedPage(
  tenantName: string,
  extension: FoundExtension,
  allowed: readonly string[],
  selfUrl: string,
) {
  const { numbersDiscoveredAt, phoneNumbers, webhookSubscriptions } = extension
  const listening = webhookSubscriptions.length > 0
  const complete = numbersDiscoveredAt !== null && listening
  const numbers = numbersDiscoveredAt
    ? phoneNumbers.length > 0
      ? phoneNumbers.map((n) => html`<div>${n.phoneNumber}${n.label ? ` (${n.label})` : ''}</div>`)
      : 'None of your numbers can send texts.'
    : 'Looking for your numbers…'
  return page({
    title: `Connected to ${tenantName}`,
    ...(complete ? {} : { refresh: { seconds: 2, url: selfUrl } }),
    body: html`<h1><span class="good">✓</span> Connected to ${tenantName}</h1>
<dl>
<dt>RingCentral user</dt><dd>${extension.name ?? extension.extensionId}</dd>
${extension.extensionNumber ? html`<dt>Extension</dt><dd>${extension.extensionNumber}</dd>` : ''}
<dt>Numbers for texts</dt><dd>${numbers}</dd>
<dt>Incoming texts</dt><dd>${listening ? 'Being received' : 'Being set up…'}</dd>
</dl>
<p>${tenantName} is now able to:</p>
<ul>
${allowed.map((one) => html`<li>${one}</li>\n`)}</ul>
<p class="soft">You can close this page. To end the connection, ask ${tenantName}, or remove the app in your RingCentral account.</p>`,
  })
}
