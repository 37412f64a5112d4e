import { renderCall } from '../calls/call.ts'
import { apiError, invalidParameter } from '../http/errors.ts'
import { answer, type Exchange } from '../http/exchange.ts'
import { time } from '../http/json.ts'
import { readDate, readInteger } from '../http/query.ts'
import { syncOverlapMs } from '../http/sync-token.ts'
import { both } from './call-log.ts'

export const callLogSyncOperations = both('call-log-sync', 'ReadCallLog', sync)

const most = 250
const month = 30 * 24 * 60 * 60 * 1000

function sync(x: Exchange, extensionId: string | undefined): Response {
  const { sim, account, query } = x
  const now = sim.clock.now()
  const of = `calls of ${extensionId ?? account.id}`
  const syncType = query.get('syncType') ?? (query.has('syncToken') ? 'ISync' : 'FSync')

  const reply = (written: string, found: ReturnType<typeof sim.callLog.newestFirst>) => {
    const options = new URLSearchParams(written)
    const deletedToo = options.get('showDeleted') === 'true'
    const wanted = (
      options.get('statusGroup') === 'Missed'
        ? found.filter(({ result }) => result === 'Missed')
        : found
    ).filter((call) => deletedToo || !call.deleted)
    const detailed = options.get('view') === 'Detailed'
    return answer({
      uri: `${sim.baseUrl}${x.c.req.path}`,
      records: wanted.map((call) =>
        renderCall(sim.baseUrl, call, now, detailed, sim.callLog.legsOf(call)),
      ),
      syncInfo: {
        syncType,
        syncToken: sim.syncTokens.issue({ of, at: now, query: written }),
        syncTime: time(now),
      },
    })
  }

  if (syncType === 'FSync') {
    const from = readDate(query, 'dateFrom') ?? now - month
    const count = Math.min(readInteger(query, 'recordCount') ?? most, most)
    const found = sim.callLog
      .newestFirst(account.id, extensionId, query.get('showDeleted') === 'true')
      .filter((call) => call.startedAt >= from)
    return reply(query.toString(), found.slice(0, count))
  }
  if (syncType !== 'ISync') throw invalidParameter('syncType')

  const state = sim.syncTokens.read(of, query.get('syncToken') ?? '')
  const found = sim.callLog.addedSince(state.at - syncOverlapMs, account.id, extensionId)
  if (found.length > most) {
    throw apiError(400, 'CLG-104', 'Max sync record number limit is exceeded', {
      parameterName: 'syncToken',
    })
  }
  return reply(state.query, found)
}
