import { oauthError } from '../http/errors.ts'
import type { HttpContext } from '../http/exchange.ts'
import { summarizeBody } from '../ledger.ts'
import type { Simulation } from '../simulation.ts'

/** The form of a token or revoke request. A parameter given twice is refused. */
export async function readForm(c: HttpContext): Promise<URLSearchParams> {
  const type = c.req.header('content-type') ?? ''
  const text = await c.req.text()
  c.get('entry').body = summarizeBody(text)
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    throw oauthError(
      'invalid_request',
      'OAU-148',
      'Content type must be application/x-www-form-urlencoded',
      {
        status: 415,
      },
    )
  }
  const form = new URLSearchParams(text)
  for (const name of form.keys()) {
    if (form.getAll(name).length > 1) {
      throw oauthError('invalid_request', 'OAU-111', `Parameter [${name}] is duplicated`)
    }
  }
  return form
}

/** Which app is asking. Confidential apps present Basic; public ones name themselves in the form. */
export function authenticateClient(sim: Simulation, c: HttpContext, form: URLSearchParams): string {
  const header = c.req.header('authorization')

  if (header === undefined) {
    const named = form.get('client_id')
    const app = sim.apps.find(named ?? '')
    if (named === null || (app && app.clientSecret !== '')) {
      throw oauthError('invalid_client', 'OAU-123', 'Client authentication is required')
    }
    if (!app) throw unknownClient(named)
    return app.clientId
  }

  const encoded = /^basic +(\S+)$/i.exec(header.trim())?.[1] ?? ''
  const [id = '', ...rest] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  const secret = rest.join(':')
  const app = sim.apps.find(id)
  if (app && secret === app.clientSecret) return id
  const escaped = sim.apps.find(unescaped(id))
  if (escaped && unescaped(secret) === escaped.clientSecret) {
    // RingCentral documents base64(id:secret) and no percent-encoding before it; a library that
    // follows RFC 6749 to the letter encodes even the hyphen.
    sim.settings.logger.warn(
      'Client id and secret came percent-encoded; RingCentral wants them as they are',
    )
  }
  throw unknownClient(id)
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function unknownClient(id: string) {
  return oauthError('invalid_client', 'OAU-153', `Invalid client: ${id}`, {
    parameters: [{ parameterName: 'client_id', parameterValue: id }],
  })
}
