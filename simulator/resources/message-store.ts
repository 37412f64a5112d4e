import { answerBulk, type BulkItem } from '../http/bulk.ts'
import { apiError, invalidParameter, notFound } from '../http/errors.ts'
import { answer, type Exchange, extensionPath, noContent, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { paginate } from '../http/paging.ts'
import { readDate, readFlag, readList, readWindow } from '../http/query.ts'
import type { Message } from '../messages/message.ts'
import { renderMessage } from '../messages/render.ts'
import { readMessageFilter } from './message-filter.ts'

const store = `${extensionPath}/message-store`

export const messageStoreOperations: Operation[] = [
  { method: 'GET', path: store, group: 'Light', scope: 'ReadMessages', handle: list },
  {
    method: 'GET',
    path: `${store}/:messageId`,
    group: 'Light',
    scope: 'ReadMessages',
    handle: read,
  },
  {
    method: 'PUT',
    path: `${store}/:messageId`,
    group: 'Medium',
    scope: 'EditMessages',
    handle: update,
  },
  {
    method: 'PATCH',
    path: `${store}/:messageId`,
    group: 'Medium',
    scope: 'EditMessages',
    handle: update,
  },
  {
    method: 'DELETE',
    path: `${store}/:messageId`,
    group: 'Medium',
    scope: 'EditMessages',
    handle: remove,
  },
  {
    method: 'DELETE',
    path: store,
    group: 'Medium',
    scope: 'EditMessages',
    handle: removeConversations,
  },
]

function list(x: Exchange): Response {
  const { sim, extension, query } = x
  const { from, to } = readWindow(query, sim.clock.now())
  const filter = readMessageFilter(query, extension.id)
  const found: Message[] = []
  for (const message of sim.mailboxes.newestFirst(extension.id, from)) {
    if (message.createdAt <= to && filter.matches(message)) found.push(message)
  }
  const shown = readFlag(query, 'distinctConversations', false) ? latestOfEach(found) : found
  return answer(paginate(x, shown, (message) => render(x, message), { totals: true }))
}

function latestOfEach(messages: Message[]): Message[] {
  const seen = new Set<string>()
  return messages.filter(
    ({ conversationId }) => !seen.has(conversationId) && seen.add(conversationId),
  )
}

function read(x: Exchange): Response {
  const ids = idsInPath(x)
  if (ids.length === 1) return answer(render(x, find(x, ids[0] as string)))
  return answerBulk(
    x.c,
    forEach(x, ids, (message) => ({ status: 200, body: render(x, message) })),
  )
}

/** Each of several by itself: what is missing does not keep the others back. */
function forEach(
  x: Exchange,
  ids: string[],
  act: (message: Message) => Omit<BulkItem, 'resourceId'>,
): BulkItem[] {
  return ids.map((resourceId) => {
    const message = x.sim.mailboxes.find(x.extension.id, resourceId)
    return message && message.availability !== 'Purged'
      ? { resourceId, ...act(message) }
      : { resourceId, status: 404, body: notFound('messageId').body }
  })
}

/** PUT knows `readStatus` alone. PATCH may also bring a deleted message back. */
async function update(x: Exchange): Promise<Response> {
  const body = await readJson(x.c)
  const { readStatus, availability } = body
  const patch = x.c.req.method === 'PATCH'
  if (readStatus === undefined ? !patch : readStatus !== 'Read' && readStatus !== 'Unread') {
    throw invalidParameter('readStatus')
  }
  if (patch && availability !== undefined && availability !== 'Alive')
    throw invalidParameter('availability')
  const change = (message: Message) => {
    if (readStatus !== undefined) message.readStatus = readStatus as 'Read' | 'Unread'
    if (patch && availability === 'Alive' && message.availability === 'Deleted')
      message.availability = 'Alive'
    changed(x, message)
    return render(x, message)
  }
  const ids = idsInPath(x)
  if (ids.length === 1) return answer(change(find(x, ids[0] as string)))
  return answerBulk(
    x.c,
    forEach(x, ids, (message) => ({ status: 200, body: change(message) })),
  )
}

/** The first delete puts it into the bin, the second (or `purge=true`) takes it out of the world. */
function remove(x: Exchange): Response {
  const purge = readFlag(x.query, 'purge', false)
  const ids = idsInPath(x)
  if (ids.length === 1) {
    discard(x, find(x, ids[0] as string), purge)
    return noContent(x.c)
  }
  const items = forEach(x, ids, (message) => {
    discard(x, message, purge)
    return { status: 204 }
  })
  return items.every(({ status }) => status === 204) ? noContent(x.c) : answerBulk(x.c, items)
}

/**
 * RingCentral's most dangerous answer, kept as it is: without a `conversationId`, and so also when a
 * client builds `message-store/` with an empty id, every message goes.
 */
function removeConversations(x: Exchange): Response {
  const wanted = x.query
    .getAll('conversationId')
    .flatMap((value) => value.split(','))
    .filter(Boolean)
  const purge = readFlag(x.query, 'purge', false)
  const until = readDate(x.query, 'dateTo') ?? Number.POSITIVE_INFINITY
  const type = readList(x.query, 'type', ['Fax', 'SMS', 'VoiceMail', 'Pager', 'Text', 'All'])?.[0]
  for (const message of [...x.sim.mailboxes.newestFirst(x.extension.id)]) {
    if (message.availability !== 'Alive' || message.createdAt > until) continue
    if (type !== undefined && type !== 'All' && type !== message.type) continue
    if (wanted.length === 0 || wanted.includes(message.conversationId)) discard(x, message, purge)
  }
  return noContent(x.c)
}

function discard(x: Exchange, message: Message, purge: boolean): void {
  message.availability = purge || message.availability === 'Deleted' ? 'Purged' : 'Deleted'
  changed(x, message)
}

function changed(x: Exchange, message: Message): void {
  x.sim.mailboxes.touch(message)
  x.sim.notifier.mailboxChanged(message, 'updated')
}

function idsInPath(x: Exchange): string[] {
  const ids = (x.c.req.param('messageId') ?? '').split(',').filter(Boolean)
  if (ids.length > 50) throw apiError(400, 'CMN-106', 'Too many resources in one request')
  return ids
}

function find(x: Exchange, id: string): Message {
  const message = x.sim.mailboxes.find(x.extension.id, id)
  if (!message || message.availability === 'Purged') throw notFound('messageId')
  return message
}

function render(x: Exchange, message: Message) {
  return renderMessage(x.sim.world, x.sim.baseUrl, message)
}
