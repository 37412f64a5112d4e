import { html, type Markup } from '../http/html.ts'
import { page } from '../http/page.ts'
import { type Extension, fullName } from '../world/world.ts'

interface Consent {
  clientId: string
  redirectUri: string
  scope: string[]
  extensions: Extension[]
  chosen(extension: Extension): boolean
  hidden: (readonly [name: string, value: string])[]
}

/** Stands where RingCentral would ask a person to log in: pick who you are, then allow or refuse. */
export function consentPage(consent: Consent): string {
  const chosen = consent.extensions.find(consent.chosen) ?? consent.extensions[0]
  return narrow(
    'Log in',
    html`
      <h1>Connect your extension</h1>
      <p>
        <strong>${consent.clientId}</strong> asks for access. You will be sent back to
        <span class="mono">${new URL(consent.redirectUri).host}</span>.
      </p>
      <form method="post" action="/restapi/oauth/authorize">
        ${consent.hidden.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <fieldset>
          <legend>Who are you?</legend>
          ${consent.extensions.map(
            (one) => html`
              <label class="choice">
                <input type="radio" name="extensionId" value="${one.id}" ${one === chosen && html`checked`}>
                <span>
                  <strong>${fullName(one)}</strong>${one.admin && html` <span class="tag">admin</span>`}<br>
                  <span class="quiet">Extension ${one.extensionNumber} · ${one.email}</span>
                </span>
              </label>`,
          )}
        </fieldset>
        <div class="buttons">
          <button class="primary" name="decision" value="allow">Allow</button>
          <button name="decision" value="refuse">Refuse</button>
        </div>
      </form>
      <details>
        <summary>What the app may do</summary>
        <p class="quiet mono">${consent.scope.join(' ')}</p>
      </details>`,
  )
}

export function problemPage(problem: string): string {
  return narrow(
    'Cannot log in',
    html`
      <h1>This login cannot go on</h1>
      <p>${problem}</p>
      <p class="quiet">RingCentral answers such a request with 400 and does not redirect.</p>`,
  )
}

function narrow(title: string, content: Markup): string {
  return page({ title, narrow: true, content })
}
