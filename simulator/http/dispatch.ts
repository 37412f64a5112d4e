import { authenticate } from '../oauth/authenticate.ts'
import { grants } from '../oauth/scopes.ts'
import type { Simulation } from '../simulation.ts'
import type { Account, Extension } from '../world/world.ts'
import {
  foreignResource,
  missingScope,
  missingUserPermission,
  notFound,
  rateExceeded,
} from './errors.ts'
import { type HttpContext, queryOf } from './exchange.ts'
import type { Operation } from './operation.ts'
import { announceAllowance } from './rate-headers.ts'
import { userPermissions } from './user-permissions.ts'

/** What stands before every operation: token, rate limit, scope, and whether the path is one's own. */
export async function dispatch(
  sim: Simulation,
  operation: Operation,
  c: HttpContext,
): Promise<Response> {
  const { token, me } = authenticate(sim, c, operation.tokenInQuery)
  const { session } = token

  const allowance = sim.limiter.take(`${me.id} ${session.clientId}`, operation.group)
  announceAllowance(c, allowance)
  if (allowance?.retryAfterSeconds !== undefined) throw rateExceeded(allowance.retryAfterSeconds)

  if (operation.scope && !grants(session.scope, operation.scope))
    throw missingScope(operation.scope)
  const permission = userPermissions[operation.scope ?? '']
  if (permission && me.lacks?.includes(permission)) throw missingUserPermission(permission)
  if (operation.adminPermission && !me.admin) throw missingUserPermission(operation.adminPermission)

  const account = resolveAccount(sim, me, c.req.param('accountId') ?? '~')
  const extension = resolveExtension(sim, me, operation, c.req.param('extensionId') ?? '~')
  const query = queryOf(c)
  return operation.handle({ sim, c, me, session, account, extension, query })
}

function resolveAccount(sim: Simulation, me: Extension, id: string): Account {
  const account = sim.world.accounts.get(id === '~' ? me.accountId : id)
  if (!account) throw notFound('accountId')
  if (account.id !== me.accountId) throw foreignResource()
  return account
}

function resolveExtension(
  sim: Simulation,
  me: Extension,
  operation: Operation,
  id: string,
): Extension {
  if (id === '~' || id === me.id) return me
  // Several at once: the operation looks at each of them.
  if (operation.colleagues && id.includes(',')) return me
  // Asked before looking, so that nobody learns which ids exist.
  if (!(me.admin || operation.colleagues) || operation.ownOnly) throw foreignResource()
  const extension = sim.world.extensions.get(id)
  if (extension?.accountId !== me.accountId) throw notFound('extensionId')
  return extension
}
