import { html } from 'hono/html'
import { page } from '../http/page.ts'
import type { LinkState } from './connect-link.ts'
import type { Sender } from './connect-outcome.ts'
import { inWords, type KnownUser } from './expected-user.ts'

/** What the link's page asks for. Shows who asks before anything happens. */
export function confirmationPage(link: {
  tenantName: string
  label: string | null
  token: string
  /** What it allows, in words. */
  asked: readonly string[]
  /** Who has to sign in, if that is known. */
  expected: KnownUser | null
}) {
  const { tenantName, label, token, asked, expected } = link
  return page({
    title: `Connect RingCentral to ${tenantName}`,
    body: html`<h1>Connect your RingCentral extension to ${tenantName}?</h1>
${
  label || expected
    ? html`<dl>
${label ? html`<dt>This link was made for</dt><dd>${label}</dd>` : ''}
${expected ? html`<dt>Sign in as</dt><dd>${inWords(expected)}</dd>` : ''}
</dl>`
    : ''
}
<p><strong>${tenantName}</strong> asks to use your RingCentral extension. It will be able to:</p>
<ul>
${asked.map((one) => html`<li>${one}</li>\n`)}</ul>
<form method="post" action="/v1/rc/connect">
<input type="hidden" name="token" value="${token}">
<button type="submit">Continue to RingCentral</button>
</form>
<p class="soft">You will sign in at RingCentral next, where you can still say no. Your password stays there. If you did not expect this, close the page: nothing has happened.</p>`,
  })
}

const brokenLinks: Record<Exclude<LinkState['state'], 'valid'>, [title: string, what: string]> = {
  unknown: ['This link is not known', 'It may have been cut off when it was copied.'],
  used: [
    'This link has been used',
    'Each link connects one extension, once. If it was you who used it, your extension is connected already, or you have begun in another browser: go on there.',
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

/** Something of ours has failed. */
export function brokenPage() {
  return page({
    title: 'Something went wrong',
    body: html`<h1>Something went wrong on our side</h1>
<p>It was not your doing. Wait a minute, then open the link that you were sent once more; if it does not work any more, ask for a new one.</p>`,
  })
}

const reasons = {
  refused: 'You did not allow access at RingCentral, or RingCentral did not allow it.',
  busy: 'Too many people are connecting at this moment. Wait a minute before you try again.',
  otherExtension:
    'This link was made for somebody who is known with another RingCentral extension already. Sign in at RingCentral with that one, or ask whoever sent you the link to correct it.',
  otherUser:
    'The RingCentral extension that you signed in with belongs to another user already. Sign in at RingCentral as yourself, or ask whoever sent you the link to correct it.',
  NO_REFRESH_TOKEN:
    'RingCentral gave no lasting access. Whoever runs this app has to switch on “Issue refresh tokens” in its registration at RingCentral; tell the one who sent you the link.',
  APP_REFUSED:
    'RingCentral does not take the credentials of this app any more. Whoever runs it has to set them anew; tell the one who sent you the link.',
  failed: 'RingCentral could not be reached, or did not answer as expected.',
}

export function notConnectedPage(sender: Sender, why: keyof typeof reasons) {
  return page({
    title: 'Nothing was connected',
    body: html`<h1>Nothing was connected</h1>
<p>${reasons[why]}</p>
<p>Nothing was changed: if your extension was connected to ${sender.tenantName} before, it still is. To try again, open the link that you were sent once more; if it has expired, ask for a new one.</p>
${wayBack(sender)}`,
  })
}

/** To where the tenant wants its people back, which was held against its list when the link was made. */
export const wayBack = ({ tenantName, returnUrl }: Sender) =>
  returnUrl ? html`<p><a class="button" href="${returnUrl}">Back to ${tenantName}</a></p>` : ''
