import { html } from 'hono/html'
import { page } from '../http/page.ts'
import type { Sender } from './connect-outcome.ts'
import { wayBack } from './connect-pages.ts'

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
  sender: Sender,
  extension: FoundExtension,
  { allowed, lacking }: { allowed: readonly string[]; lacking: readonly string[] },
  selfUrl: string,
) {
  const { tenantName, returnUrl } = sender
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
    body: html`<h1><span class="good" aria-hidden="true">✓</span> Connected to ${tenantName}</h1>
<dl>
<dt>RingCentral user</dt><dd>${extension.name ?? extension.extensionId}</dd>
${extension.extensionNumber ? html`<dt>Extension</dt><dd>${extension.extensionNumber}</dd>` : ''}
<dt>Numbers for texts</dt><dd>${numbers}</dd>
<dt>Incoming texts</dt><dd>${listening ? 'Being received' : 'Being set up…'}</dd>
</dl>
${wayBack(sender)}
<p>${tenantName} is now able to:</p>
<ul>
${allowed.map((one) => html`<li>${one}</li>\n`)}</ul>
${
  lacking.length > 0
    ? html`<p>RingCentral did not let it do the following; the registration of the app lacks what that takes:</p>
<ul>
${lacking.map((one) => html`<li>${one}</li>\n`)}</ul>
`
    : ''
}
<p class="soft">${returnUrl ? '' : 'You can close this page. '}To end the connection, ask ${tenantName}, or remove the app in your RingCentral account.</p>`,
  })
}
