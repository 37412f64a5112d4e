import type { HttpContext } from '../http/exchange.ts'
import { summarizeBody } from '../ledger.ts'
import type { Simulation } from '../simulation.ts'
import type { App } from './apps.ts'
import { codeLifetimeSeconds } from './codes.ts'
import { consentPage, problemPage } from './page.ts'

/** What a login request says. RingCentral ignores `scope`: the app's registration decides. */
const carried = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
  'brand_id',
  'display',
  'prompt',
  'ui_locales',
  'login_hint',
  'nonce',
  'scope',
] as const

/** GET /restapi/oauth/authorize: where RingCentral's login page would be. */
export function authorize(sim: Simulation, c: HttpContext): Response {
  return askConsent(sim, c, new URL(c.req.url).searchParams)
}

function askConsent(sim: Simulation, c: HttpContext, params: URLSearchParams): Response {
  const request = readRequest(sim, params)
  if ('problem' in request) return page(c, problemPage(request.problem), 400)
  const refused = refuseEarly(params)
  if (refused) return backWith(c, request.redirectUri, params, refused)

  const hint = params.get('login_hint')?.toLowerCase()
  return page(
    c,
    consentPage({
      clientId: request.app.clientId,
      redirectUri: request.redirectUri,
      scope: request.app.scope,
      extensions: [...sim.world.extensions.values()].filter((one) => one.status === 'Enabled'),
      chosen: (one) => one.email === hint,
      hidden: carried.flatMap((name) => {
        const value = params.get(name)
        return value === null ? [] : [[name, value] as const]
      }),
    }),
  )
}

/**
 * POST of that page's form: the person said yes, as one of the extensions, or no. RingCentral lets a
 * client begin by POST as well, and then nobody has decided yet.
 */
export async function decide(sim: Simulation, c: HttpContext): Promise<Response> {
  const text = await c.req.text()
  c.get('entry').body = summarizeBody(text)
  const form = new URLSearchParams(text)
  if (!form.has('decision')) return askConsent(sim, c, form)
  const request = readRequest(sim, form)
  if ('problem' in request) return page(c, problemPage(request.problem), 400)
  const refused = refuseEarly(form)
  if (refused) return backWith(c, request.redirectUri, form, refused)

  if (form.get('decision') !== 'allow') {
    return backWith(c, request.redirectUri, form, {
      error: 'access_denied',
      error_description: 'The user refused access to the application',
    })
  }
  const extension = sim.world.extensions.get(form.get('extensionId') ?? '')
  if (extension?.status !== 'Enabled') {
    return page(c, problemPage('Choose one of the listed extensions.'), 400)
  }
  const code = sim.grants.issueCode({
    clientId: request.app.clientId,
    extensionId: extension.id,
    redirectUri: request.redirectUri,
    challenge: form.get('code_challenge') || undefined,
    // RingCentral takes a challenge without a method for a plain one.
    challengeMethod: form.get('code_challenge_method') || undefined,
  })
  c.get('entry').extensionId = extension.id
  return backWith(c, request.redirectUri, form, { code, expires_in: String(codeLifetimeSeconds) })
}

/** Without a known client and a registered address there is nowhere safe to send the browser. */
function readRequest(
  sim: Simulation,
  params: URLSearchParams,
): { app: App; redirectUri: string } | { problem: string } {
  const app = sim.apps.find(params.get('client_id') ?? '')
  if (!app) {
    return {
      problem: `client_id must be ${sim.settings.clientId}, or another app that this simulator knows.`,
    }
  }
  const { redirectUris } = app
  const asked =
    params.get('redirect_uri') || (redirectUris?.length === 1 ? redirectUris[0] : undefined)
  if (asked === undefined || !URL.canParse(asked)) {
    return { problem: 'redirect_uri is missing or is no address.' }
  }
  if (redirectUris && !redirectUris.includes(asked)) {
    return { problem: `redirect_uri ${asked} is not registered for this app.` }
  }
  return { app, redirectUri: asked }
}

function refuseEarly(params: URLSearchParams): Record<string, string> | undefined {
  if (params.get('response_type') !== 'code') {
    return { error: 'unsupported_response_type', error_description: 'response_type must be code' }
  }
  const method = params.get('code_challenge_method')
  if (method && method !== 'S256' && method !== 'plain') {
    return {
      error: 'invalid_request',
      error_description: 'code_challenge_method must be S256 or plain',
    }
  }
  return undefined
}

function backWith(
  c: HttpContext,
  redirectUri: string,
  params: URLSearchParams,
  facts: Record<string, string>,
) {
  const target = new URL(redirectUri)
  for (const [name, value] of Object.entries(facts)) target.searchParams.set(name, value)
  const state = params.get('state')
  if (state !== null) target.searchParams.set('state', state)
  return c.redirect(target.toString(), 302)
}

function page(c: HttpContext, html: string, status: 200 | 400 = 200): Response {
  return c.html(html, status, { 'cache-control': 'no-store' })
}
