import { invalidParameter } from '../http/errors.ts'
import type { HttpContext } from '../http/exchange.ts'
import type { Simulation } from '../simulation.ts'
import { authenticateClient, readForm } from './client.ts'
import { countAuthCall } from './token.ts'

/** POST /restapi/oauth/revoke: ends the whole session of the token, which may stand in the query too. */
export async function revokeToken(sim: Simulation, c: HttpContext): Promise<Response> {
  const inQuery = c.req.query('token')
  const form = inQuery === undefined ? await readForm(c) : new URLSearchParams({ token: inQuery })
  const clientId = authenticateClient(sim, c, form)
  const token = form.get('token') ?? ''
  countAuthCall(sim, c, clientId, token)
  if (token === '') throw invalidParameter('token')
  const session = sim.grants.revokeToken(token)
  if (session && sim.settings.subscriptionsAfterRevoke === 'drop') {
    sim.subscriptions.removeOf(session.extensionId, session.clientId)
  }
  return c.body(null, 200)
}
