import { type A2PMessage, costOf } from '../a2p/a2p-store.ts'
import { renderA2PMessage } from '../a2p/render.ts'
import { invalidParameter, notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { readInteger, readList, readWindow } from '../http/query.ts'
import { paginateByToken } from '../http/token-paging.ts'

const path = `${accountPath}/a2p-sms`
const common = { method: 'GET', group: 'Light', scope: 'A2PSMS' } as const

export const a2pMessageOperations: Operation[] = [
  { ...common, path: `${path}/messages`, handle: list },
  { ...common, path: `${path}/messages/:messageId`, handle: read },
  { ...common, path: `${path}/statuses`, handle: countStatuses },
]

const mostNumbers = 15

function list(x: Exchange): Response {
  const { query } = x
  const view =
    readList(query, 'view', ['Simple', 'Detailed'])?.[0] === 'Detailed' ? 'Detailed' : 'Simple'
  const asked = { pageToken: query.get('pageToken'), perPage: readInteger(query, 'perPage') }
  const page = paginateByToken(find(x), asked, { perPage: 1000, most: 1000 })
  return answer({
    ...page,
    records: page.records.map((message) => renderA2PMessage(message, view, true)),
  })
}

function read(x: Exchange): Response {
  const id = x.c.req.param('messageId')
  const message = x.sim.a2p.messages(x.account.id).find((one) => one.id === id)
  if (!message) throw notFound('messageId')
  return answer(renderA2PMessage(message, 'Detailed', false))
}

function countStatuses(x: Exchange): Response {
  const found = find(x)
  const count = (status: A2PMessage['status']) => {
    const those = found.filter((one) => one.status === status)
    const errorCodeCounts: Record<string, number> = {}
    for (const { errorCode } of those) {
      if (errorCode) errorCodeCounts[errorCode] = (errorCodeCounts[errorCode] ?? 0) + 1
    }
    const cost = Number(those.reduce((sum, one) => sum + costOf(one), 0).toFixed(4))
    return { count: those.length, cost, errorCodeCounts }
  }
  return answer({
    queued: count('Queued'),
    sent: count('Sent'),
    delivered: count('Delivered'),
    sendingFailed: count('SendingFailed'),
    deliveryFailed: count('DeliveryFailed'),
  })
}

function find({ sim, account, query }: Exchange): A2PMessage[] {
  const { from, to } = readWindow(query, sim.clock.now())
  const directions = readList(query, 'direction', ['Inbound', 'Outbound'])
  const batchId = query.get('batchId')
  const numbers = query.getAll('phoneNumber').filter(Boolean)
  if (numbers.length > mostNumbers) throw invalidParameter('phoneNumber')
  return sim.a2p
    .messages(account.id)
    .filter((one) => one.createdAt >= from && one.createdAt <= to)
    .filter((one) => directions?.includes(one.direction) ?? true)
    .filter((one) => !batchId || one.batchId === batchId)
    .filter((one) => numbers.length === 0 || numbers.includes(one.from) || numbers.includes(one.to))
}
