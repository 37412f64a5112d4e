import type { TestTenant } from '../support/gateway.ts'

const counts = 'counts { total waiting sending sent delivered failed unconfirmed canceled expired }'
export const batch = `id status name ${counts} rejected { line to code } finishedAt messages(first: 3) { totalCount }`

/** RingCentral's limits, wide enough for a test's patience; the gateway learns them from the headers. */
export const wideLimits = {
  Light: 1000,
  Medium: 600,
  Heavy: 1000,
  Auth: 1000,
  SMS: 10_000,
  MMS: 10_000,
}

/** What sendSmsBatch answers: the batch, or the typed error. */
export async function sendBatch(tenant: Pick<TestTenant, 'query'>, input: object) {
  const { result } = await tenant.query(
    `mutation ($input: SendSmsBatchInput!) { result: sendSmsBatch(input: $input) {
      __typename ... on MessageBatch { ${batch} } ... on Error { code message }
      ... on BatchRowsInvalidError { rowCount rows { line to code message } }
      ... on BatchIdempotencyConflictError { batchId } } }`,
    { input },
  )
  return result
}

/** Pauses, resumes or cancels. */
export async function changeBatch(
  tenant: Pick<TestTenant, 'query'>,
  how: 'pauseBatch' | 'resumeBatch' | 'cancelBatch',
  batchId: string,
) {
  const { result } = await tenant.query(
    `mutation ($input: ${how[0]?.toUpperCase()}${how.slice(1)}Input!) { result: ${how}(input: $input) {
      __typename ... on MessageBatch { ${batch} } ... on Error { code message } } }`,
    { input: { batchId } },
  )
  return result
}

export async function readBatch(tenant: Pick<TestTenant, 'query'>, id: string) {
  const { messageBatch } = await tenant.query(`{ messageBatch(id: "${id}") { ${batch} } }`)
  return messageBatch
}

/** So many people, whom nobody else texts. */
export function people(count: number, area = 303): string[] {
  return Array.from({ length: count }, (_, n) => `+1${area}555${String(n).padStart(4, '0')}`)
}

export function sumOf({ total: _, ...parts }: Record<string, number>): number {
  return Object.values(parts).reduce((sum, part) => sum + part, 0)
}
