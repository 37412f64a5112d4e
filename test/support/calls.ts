import type { Gateway, TestTenant } from './gateway.ts'

export const callFields = `id status direction result rcResult isMissed isProvisional durationSeconds startedAt answeredAt endedAt
  from { number name extensionId extension { extensionId } } to { number name extensionId extension { extensionId } }
  parties { partyId direction status result isMuted extensionId endedAt } legs { legType durationSeconds }
  recordings { id type durationSeconds url urlExpiresAt } rcCallId telephonySessionId extension { extensionId } errorCode errorMessage`

export const callLogs = `query ($filter: CallLogFilter, $first: Int, $after: String) {
  callLogs(filter: $filter, first: $first, after: $after) {
    asOf totalCount nodes { ${callFields} } edges { cursor } pageInfo { hasNextPage endCursor }
  }
}`

export const callChanges = `subscription ($after: String, $filter: CallFilter) {
  callChanged(after: $after, filter: $filter) { cursor call { ${callFields} } }
}`

/** The log once it holds so many calls. */
export async function waitForLog(tenant: TestTenant, count: number) {
  return tenant.waitFor(
    `{ callLogs(first: 100) { asOf totalCount nodes { ${callFields} } } }`,
    ({ callLogs: log }) => log.asOf && log.totalCount >= count && log,
  )
}

/** A call of a telephony session, once it `is`. */
export function waitForCall(tenant: TestTenant, session: string, is: (call: any) => unknown) {
  return tenant.waitFor(
    `{ callLogs(first: 100) { nodes { ${callFields} } } activeCalls { ${callFields} } }`,
    ({ callLogs: log, activeCalls }) => {
      const found = [...log.nodes, ...activeCalls].filter(
        (call: any) => call.telephonySessionId === session,
      )
      if (found.length > 1) throw new Error('A call is there twice')
      return found[0] && is(found[0]) && found[0]
    },
  )
}

/** Requests for RingCentral's call log and active calls. */
export const heavyReads = ({ simulator }: Gateway) =>
  simulator
    .ledger()
    .filter(({ direction, path }) => direction === 'in' && /call-log|active-calls/.test(path))
