import { renderBatch } from '../a2p/render.ts'
import { apiError, invalidParameter, notFound } from '../http/errors.ts'
import { accountPath, answer, type Exchange, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { readInteger, readList, readWindow } from '../http/query.ts'
import { paginateByToken } from '../http/token-paging.ts'
import { refusalOf } from '../messages/magic-numbers.ts'

const path = `${accountPath}/a2p-sms/batches`
const common = { group: 'Light', scope: 'A2PSMS' } as const

export const a2pBatchOperations: Operation[] = [
  { ...common, method: 'POST', path, handle: create },
  { ...common, method: 'GET', path, handle: list },
  { ...common, method: 'GET', path: `${path}/:batchId`, handle: read },
]

const longestText = 1000
const northAmerican = /^\+1[2-9]\d{2}[2-9]\d{6}$/

/** Who cannot be texted is rejected by name and the rest goes; this answer alone tells of it. */
async function create(x: Exchange): Promise<Response> {
  const { sim, account } = x
  const body = await readJson(x.c)
  const from = requireSender(x, body.from)
  if (!Array.isArray(body.messages) || body.messages.length === 0)
    throw invalidParameter('messages')

  const seen = new Set<string>()
  const accepted: { to: string; text: string }[] = []
  const rejected: { index: number; to: string[]; errorCode: string; description: string }[] = []
  for (const [index, one] of (body.messages as Record<string, unknown>[]).entries()) {
    const text = one.text ?? body.text
    if (typeof text !== 'string' || text === '' || text.length > longestText) {
      throw invalidParameter(`messages[${index}].text`)
    }
    if (!Array.isArray(one.to) || one.to.length !== 1)
      throw invalidParameter(`messages[${index}].to`)
    const to = String(one.to[0])
    const reason = whyNot(to, seen)
    if (reason) rejected.push({ index: index + 1, to: [to], ...reason })
    else accepted.push({ to, text })
    seen.add(to)
  }
  const size = body.messages.length
  const batch = sim.a2p.acceptBatch(account.id, from, size, accepted, x.c.get('hideForMs'))
  return answer({ ...renderBatch(batch, sim.clock.now()), rejected }, 201)
}

function requireSender({ sim, account }: Exchange, value: unknown): string {
  const number = typeof value === 'string' ? sim.world.numbers.get(value) : undefined
  if (!number || number.accountId !== account.id) throw invalidParameter('from')
  if (!number.features.includes('A2PSmsSender')) {
    throw apiError(403, 'MSG-367', 'The number does not support high volume SMS', {
      family: 'FeatureNotAvailable',
    })
  }
  return number.phoneNumber
}

function whyNot(to: string, seen: Set<string>) {
  if (!northAmerican.test(to)) {
    return { errorCode: 'SMS-RC-410', description: 'Destination number invalid' }
  }
  if (seen.has(to)) return { errorCode: 'CMN-406', description: 'Duplicate recipient' }
  const refusal = refusalOf(to)
  return refusal && { errorCode: refusal.code, description: refusal.message }
}

function list(x: Exchange): Response {
  const { sim, account, query } = x
  const { from, to } = readWindow(query, sim.clock.now())
  const statuses = readList(query, 'status', ['Processing', 'Completed', 'Sent'])
  const sender = query.get('from')
  const now = sim.clock.now()
  const found = sim.a2p
    .batches(account.id)
    .filter((one) => one.createdAt >= from && one.createdAt <= to)
    .filter((one) => !sender || one.from === sender)
    .map((one) => renderBatch(one, now))
    .filter((one) => statuses?.includes(one.status) ?? true)
  const asked = { pageToken: query.get('pageToken'), perPage: readInteger(query, 'perPage') }
  return answer(paginateByToken(found, asked, { perPage: 1000, most: 1000 }))
}

function read(x: Exchange): Response {
  const { sim, account, c } = x
  const batch = sim.a2p.batches(account.id).find((one) => one.id === c.req.param('batchId'))
  if (!batch) throw notFound('batchId')
  return answer(renderBatch(batch, sim.clock.now()))
}
