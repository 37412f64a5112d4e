import { invalidParameter } from '../http/errors.ts'
import { accountPath, answer, type Exchange, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { readInteger, readList } from '../http/query.ts'
import { paginateByToken } from '../http/token-paging.ts'
import type { Consent } from '../messages/opt-outs.ts'
import { consentsOf } from './consents.ts'

const path = `${accountPath}/a2p-sms/opt-outs`
const common = { group: 'Light', scope: 'A2PSMS' } as const

/** What came before consents. Deprecated, and still there. */
export const a2pOptOutOperations: Operation[] = [
  { ...common, method: 'GET', path, handle: list },
  { ...common, method: 'POST', path: `${path}/bulk-assign`, handle: assign },
]

function list(x: Exchange): Response {
  const { query } = x
  const means = (name: string, number: string) => {
    const asked = query.get(name)
    return !asked || asked === '*' || bare(asked) === bare(number)
  }
  const status = readList(query, 'status', ['optout', 'optin', 'all'])?.[0] ?? 'optout'
  const found = consentsOf(x).filter(
    (one) =>
      means('from', one.from) &&
      means('to', one.to) &&
      (status === 'all' || one.optStatus.toLowerCase() === status),
  )
  const asked = { pageToken: query.get('pageToken'), perPage: readInteger(query, 'perPage') }
  const page = paginateByToken(found, asked, { perPage: 1000, most: 1000 })
  return answer({ ...page, records: page.records.map(render) })
}

function bare(phoneNumber: string): string {
  return phoneNumber.replace(/\D/g, '')
}

function render({ from, to, optStatus, source }: Consent) {
  return { from, to, status: optStatus, source: source === 'Api' ? 'Account' : source }
}

async function assign(x: Exchange): Promise<Response> {
  const { sim, account } = x
  const body = await readJson(x.c)
  const from = typeof body.from === 'string' ? body.from : ''
  if (sim.world.numbers.get(from)?.accountId !== account.id) throw invalidParameter('from')
  const put = (value: unknown, status: Consent['optStatus']) => {
    const successful: string[] = []
    const failed: { to: string; errorMessage: string }[] = []
    for (const to of Array.isArray(value) ? value.map(String) : []) {
      if (/^\+[1-9]\d{6,14}$/.test(to)) {
        sim.optOuts.record(from, to, status, 'Api')
        successful.push(to)
      } else failed.push({ to, errorMessage: 'Phone number is invalid' })
    }
    return { successful, failed }
  }
  return answer({ optIns: put(body.optIns, 'OptIn'), optOuts: put(body.optOuts, 'OptOut') })
}
