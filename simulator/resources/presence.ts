import { answerBulk } from '../http/bulk.ts'
import { apiError, invalidParameter, notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange, extensionPath, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { paginate } from '../http/paging.ts'
import { readFlag } from '../http/query.ts'
import type { PresenceSettings } from '../presence/presence.ts'
import { renderPresence } from '../presence/render.ts'
import type { Extension } from '../world/world.ts'

const path = `${extensionPath}/presence`

export const presenceOperations: Operation[] = [
  { method: 'GET', path, group: 'Light', scope: 'ReadPresence', colleagues: true, handle: read },
  { method: 'PUT', path, group: 'Medium', scope: 'EditPresence', handle: update },
  {
    method: 'GET',
    path: `${accountPath}/presence`,
    group: 'Heavy',
    scope: 'ReadPresence',
    handle: list,
  },
]

const mostAtOnce = 30
const longestMessage = 75

function render(x: Exchange, extension: Extension, detailed = false) {
  return renderPresence(x.sim.baseUrl, extension, x.sim.presence.stateOf(extension.id), detailed)
}

function read(x: Exchange): Response {
  const { sim, account, c } = x
  const detailed = readFlag(x.query, 'detailedTelephonyState', false)
  const ids = (c.req.param('extensionId') ?? '~').split(',')
  if (ids.length === 1) {
    requireVisible(x, x.extension)
    return answer(render(x, x.extension, detailed))
  }
  if (ids.length > mostAtOnce) throw apiError(400, 'CMN-106', 'Too many resources in one request')
  const items = ids.map((id) => {
    const extension = sim.world.extensions.get(id === '~' ? x.me.id : id)
    return extension?.accountId === account.id
      ? { resourceId: id, status: 200, body: render(x, extension, detailed) }
      : { resourceId: id, status: 404, body: notFound('extensionId').body }
  })
  return answerBulk(c, items)
}

function requireVisible({ sim, me }: Exchange, extension: Extension): void {
  if (extension.id === me.id || me.admin) return
  if (sim.presence.stateOf(extension.id).allowSeeMyPresence) return
  throw apiError(403, 'PRS-105', 'The user does not let others see the presence')
}

function list(x: Exchange): Response {
  const detailed = readFlag(x.query, 'detailedTelephonyState', false)
  const all = x.sim.world.extensionsOf(x.account.id)
  return answer(paginate(x, all, (one) => render(x, one, detailed), { totals: true }))
}

async function update(x: Exchange): Promise<Response> {
  if (x.extension.type !== 'User') {
    throw apiError(403, 'PRS-106', 'Presence of extensions of this type cannot be changed')
  }
  x.sim.presence.change(x.extension, readSettings(await readJson(x.c)))
  return answer(render(x, x.extension))
}

const choices: Partial<Record<keyof PresenceSettings, string[]>> = {
  userStatus: ['Available', 'Busy', 'Offline'],
  dndStatus: [
    'TakeAllCalls',
    'DoNotAcceptAnyCalls',
    'DoNotAcceptDepartmentCalls',
    'TakeDepartmentCallsOnly',
  ],
  callerIdVisibility: ['All', 'None', 'PermittedUsers'],
}

const switches = [
  'allowSeeMyPresence',
  'ringOnMonitoredCall',
  'pickUpCallsOnHold',
  'acceptCallQueueCalls',
] as const

function readSettings(body: Record<string, unknown>): Partial<PresenceSettings> {
  const settings: Record<string, unknown> = {}
  for (const [name, allowed] of Object.entries(choices)) {
    const value = body[name]
    if (value === undefined) continue
    if (!allowed.includes(value as string)) throw invalidParameter(name)
    settings[name] = value
  }
  for (const name of switches) {
    const value = body[name]
    if (value === undefined) continue
    if (typeof value !== 'boolean') throw invalidParameter(name)
    settings[name] = value
  }
  if (body.message !== undefined) {
    if (typeof body.message !== 'string' || body.message.length > longestMessage) {
      throw invalidParameter('message')
    }
    settings.message = body.message
  }
  return settings
}
