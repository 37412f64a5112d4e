import { invalidParameter } from '../http/errors.ts'
import { answer, type Exchange, readJson } from '../http/exchange.ts'
import { time } from '../http/json.ts'
import type { Operation } from '../http/operation.ts'
import { paginateByToken } from '../http/token-paging.ts'
import type { Consent } from '../messages/opt-outs.ts'

const path = '/restapi/v2/accounts/:accountId/sms/consents'
const common = { group: 'Light', scope: 'SMS' } as const

export const consentOperations: Operation[] = [
  { ...common, method: 'POST', path: `${path}/search`, handle: search },
  { ...common, method: 'PATCH', path, handle: edit },
]

export function consentsOf({ sim, account }: Exchange): Consent[] {
  return sim.optOuts
    .all()
    .filter(({ from }) => sim.world.numbers.get(from)?.accountId === account.id)
}

async function search(x: Exchange): Promise<Response> {
  const body = await readJson(x.c)
  const froms = readNumbers(body.from, 'from')
  const tos = readNumbers(body.to, 'to')
  const { optStatus, perPage, pageToken } = body
  if (optStatus !== undefined && optStatus !== 'OptOut' && optStatus !== 'OptIn') {
    throw invalidParameter('optStatus')
  }
  if (perPage !== undefined && (typeof perPage !== 'number' || perPage < 1)) {
    throw invalidParameter('perPage')
  }
  const found = consentsOf(x).filter(
    (one) =>
      (!froms || froms.includes(one.from)) &&
      (!tos || tos.includes(one.to)) &&
      (!optStatus || one.optStatus === optStatus),
  )
  const asked = { pageToken: typeof pageToken === 'string' ? pageToken : undefined, perPage }
  const page = paginateByToken(found, asked, { perPage: 100, most: 1000 })
  return answer({ ...page, records: page.records.map(renderConsent) })
}

function readNumbers(value: unknown, name: string): string[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw invalidParameter(name)
  return value.length === 0 ? undefined : value.map(String)
}

/** Consent records are told to the nanosecond. */
export function renderConsent({ from, to, optStatus, source, modifiedAt }: Consent) {
  return { from, to, optStatus, source, lastModifiedTime: time(modifiedAt).replace('Z', '000000Z') }
}

/** Each record goes or fails by itself; `from: "*"` stands for every number of the account. */
async function edit(x: Exchange): Promise<Response> {
  const { sim, account } = x
  const body = await readJson(x.c)
  if (!Array.isArray(body.records) || body.records.length === 0) throw invalidParameter('records')
  const failedRecords = []
  for (const record of body.records as Record<string, unknown>[]) {
    const wrong = whatIsWrong(x, record)
    if (wrong) {
      const error = { errorCode: 'CMN-101', message: `Parameter [${wrong}] value is invalid` }
      failedRecords.push({ ...record, error: error })
      continue
    }
    const { from, to, optStatus } = record as unknown as Consent
    const numbers =
      from === '*'
        ? [...sim.world.numbers.values()].filter((one) => one.accountId === account.id)
        : [{ phoneNumber: from }]
    for (const { phoneNumber } of numbers) sim.optOuts.record(phoneNumber, to, optStatus, 'Api')
  }
  return answer({ failedRecords })
}

function whatIsWrong({ sim, account }: Exchange, record: Record<string, unknown>) {
  const { from, to, optStatus, source } = record
  const ours = sim.world.numbers.get(String(from))?.accountId === account.id
  if (from !== '*' && !ours) return 'from'
  if (typeof to !== 'string' || !/^\+[1-9]\d{6,14}$/.test(to)) return 'to'
  if (optStatus !== 'OptOut' && optStatus !== 'OptIn') return 'optStatus'
  return source === 'Api' ? undefined : 'source'
}
