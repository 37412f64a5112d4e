import { invalidParameter } from '../http/errors.ts'
import { addressOf, answer, type Exchange, extensionPath } from '../http/exchange.ts'
import { digits, time } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'
import { readInteger, readWindow } from '../http/query.ts'
import { syncOverlapMs } from '../http/sync-token.ts'
import type { Message } from '../messages/message.ts'
import { renderMessage } from '../messages/render.ts'
import { readMessageFilter } from './message-filter.ts'

export const messageSyncOperations: Operation[] = [
  {
    method: 'GET',
    path: `${extensionPath}/message-sync`,
    group: 'Light',
    scope: 'ReadMessages',
    handle: (x) => {
      const syncType = x.query.get('syncType') ?? (x.query.has('syncToken') ? 'ISync' : 'FSync')
      if (syncType === 'FSync') return fullSync(x)
      if (syncType === 'ISync') return incrementalSync(x)
      throw invalidParameter('syncType')
    },
  },
]

function fullSync(x: Exchange): Response {
  const { sim, extension, query } = x
  const { from, to } = readWindow(query, sim.clock.now())
  const filter = readMessageFilter(query, extension.id)
  const most = readInteger(query, 'recordCount') ?? Number.POSITIVE_INFINITY
  const found: Message[] = []
  for (const message of sim.mailboxes.newestFirst(extension.id, from)) {
    if (message.createdAt <= to && filter.matches(message)) found.push(message)
  }
  const records = found.slice(0, most)
  return reply(x, 'FSync', filter.query, records, {
    olderRecordsExist: records.length < found.length,
  })
}

function incrementalSync(x: Exchange): Response {
  const state = x.sim.syncTokens.read(mailboxName(x), x.query.get('syncToken') ?? '')
  const filter = readMessageFilter(new URLSearchParams(state.query), x.extension.id)
  const changed = x.sim.mailboxes.changedSince(x.extension.id, state.at - syncOverlapMs)
  return reply(x, 'ISync', state.query, changed.filter(filter.matchesDeletedToo))
}

function reply(
  x: Exchange,
  syncType: string,
  query: string,
  records: Message[],
  extra = {},
): Response {
  const now = x.sim.clock.now()
  return answer({
    uri: addressOf(x, '/message-sync'),
    records: records.map((message) =>
      message.availability === 'Alive'
        ? renderMessage(x.sim.world, x.sim.baseUrl, message)
        : { id: digits(message.id), availability: message.availability },
    ),
    syncInfo: {
      syncType,
      syncToken: x.sim.syncTokens.issue({ of: mailboxName(x), at: now, query }),
      syncTime: time(now),
      ...extra,
    },
  })
}

function mailboxName({ extension }: Exchange): string {
  return `messages of ${extension.id}`
}
