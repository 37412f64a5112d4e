import type { Call } from '../calls/call.ts'
import { isRecorded, renderCall, transportOf } from '../calls/call.ts'
import { answerBulk } from '../http/bulk.ts'
import { apiError, notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange, extensionPath, noContent } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { paginate } from '../http/paging.ts'
import { readDate, readFlag, readList, readWindow } from '../http/query.ts'

/** Each exists twice: for one extension, and for the account, which needs an administrator. */
export const callLogOperations: Operation[] = [
  ...both('call-log', 'FullCompanyCallLog', list),
  ...both('call-log/:callRecordId', 'FullCompanyCallLog', read),
  ...both('active-calls', 'ReadCallLog', active),
  {
    method: 'DELETE',
    path: `${extensionPath}/call-log`,
    group: 'Heavy',
    scope: 'EditCallLog',
    handle: remove,
  },
]

type Handler = (x: Exchange, extensionId: string | undefined) => Response

export function both(rest: string, adminPermission: string, handler: Handler): Operation[] {
  const common = { method: 'GET', group: 'Heavy', scope: 'ReadCallLog' } as const
  return [
    { ...common, path: `${extensionPath}/${rest}`, handle: (x) => handler(x, x.extension.id) },
    {
      ...common,
      path: `${accountPath}/${rest}`,
      adminPermission,
      handle: (x) => handler(x, undefined),
    },
  ]
}

function list(x: Exchange, extensionId: string | undefined): Response {
  const deletedToo = readFlag(x.query, 'showDeleted', false)
  const found = x.sim.callLog
    .newestFirst(x.account.id, extensionId, deletedToo)
    .filter(readCallFilter(x))
  return answer(paginate(x, found, (call) => render(x, call), { totals: false }))
}

function read(x: Exchange, extensionId: string | undefined): Response {
  const find = (id: string) => {
    const call = x.sim.callLog.find(id)
    const ours =
      call?.accountId === x.account.id && (extensionId ?? call.extensionId) === call.extensionId
    return ours && !call.deleted ? call : undefined
  }
  const ids = (x.c.req.param('callRecordId') ?? '').split(',')
  if (ids.length > 1) {
    const items = ids.map((resourceId) => {
      const call = find(resourceId)
      return call
        ? { resourceId, status: 200, body: render(x, call) }
        : { resourceId, status: 404, body: notFound('callRecordId').body }
    })
    return answerBulk(x.c, items)
  }
  const call = find(ids[0] ?? '')
  if (!call) throw notFound('callRecordId')
  return answer(render(x, call))
}

/** The whole log, or what is older than `dateTo`. */
function remove(x: Exchange): Response {
  const until = readDate(x.query, 'dateTo') ?? Number.POSITIVE_INFINITY
  x.sim.callLog.remove(x.extension.id, until)
  return noContent(x.c)
}

function active(x: Exchange, extensionId: string | undefined): Response {
  const { sim, account } = x
  const now = sim.clock.now()
  const directions = readList(x.query, 'direction', ['Inbound', 'Outbound'])
  const types = readList(x.query, 'type', ['Voice', 'Fax'])
  const transports = readList(x.query, 'transport', ['PSTN', 'VoIP'])
  const calls = sim.callCenter
    .active(account.id, extensionId)
    .filter((call) => directions?.includes(call.direction) ?? true)
    .filter(() => types?.includes('Voice') ?? true)
    .filter((call) => transports?.includes(transportOf(call)) ?? true)
  const records = paginate(x, calls, (call) => renderCall(sim.baseUrl, call, now, false), {
    totals: false,
  })
  return answer(records)
}

function render(x: Exchange, call: Call) {
  const { sim, query } = x
  const detailed = query.get('view') === 'Detailed'
  return renderCall(sim.baseUrl, call, sim.clock.now(), detailed, sim.callLog.legsOf(call))
}

function readCallFilter({ sim, query }: Exchange): (call: Call) => boolean {
  const session = query.get('sessionId')
  const { from, to } = readWindow(query, sim.clock.now())
  readList(query, 'view', ['Simple', 'Detailed'])
  const directions = readList(query, 'direction', ['Inbound', 'Outbound'])
  const types = readList(query, 'type', ['Voice', 'Fax'])
  const transports = readList(query, 'transport', ['PSTN', 'VoIP'])
  // Written without +, because a bare + in a query is a space.
  const phoneNumber = query.get('phoneNumber')?.replace(/\D/g, '')
  const extensionNumber = query.get('extensionNumber')
  if (session && (phoneNumber || extensionNumber || directions || types)) {
    throw apiError(
      400,
      'CLG-110',
      'Parameter [sessionId] is not allowed together with other filters',
    )
  }
  const telephonySession = query.get('telephonySessionId')
  const recordingTypes = readList(query, 'recordingType', ['Automatic', 'OnDemand', 'All'])
  const recorded = recordingTypes !== undefined || query.get('withRecording') === 'true'
  // Whatever is recorded here is so by rule.
  const none = recordingTypes?.includes('OnDemand') ?? false

  return (call) => {
    if (session) return call.sessionId === session
    const parties = [call.from, call.to]
    return (
      call.startedAt >= from &&
      call.startedAt <= to &&
      (directions?.includes(call.direction) ?? true) &&
      (types?.includes('Voice') ?? true) &&
      (transports?.includes(transportOf(call)) ?? true) &&
      (!phoneNumber || parties.some((one) => one.phoneNumber.slice(1) === phoneNumber)) &&
      (!extensionNumber || parties.some((one) => one.extensionNumber === extensionNumber)) &&
      (!telephonySession || call.telephonySessionId === telephonySession) &&
      (!recorded || (isRecorded(call) && !none))
    )
  }
}
