import type { Gateway } from '../gateway.ts'
import type { Figure } from '../report.ts'

const size = 10_000
const rounds = 5

const sendSmsBatch = `mutation ($input: SendSmsBatchInput!) {
  result: sendSmsBatch(input: $input) {
    ... on MessageBatch { id counts { total } } ... on Error { message } } }`
const cancelBatch = `mutation ($input: CancelBatchInput!) {
  result: cancelBatch(input: $input) { ... on MessageBatch { id } ... on Error { message } } }`
const createUpload = `mutation ($input: CreateUploadInput!) {
  result: createUpload(input: $input) { ... on Upload { id url } ... on Error { message } } }`

/** Texts to ten thousand people: from asking to the answer that they are accepted. Each is taken back. */
export async function measureBatches(gateway: Gateway & { number: string }): Promise<Figure[]> {
  const accept = async (input: object) => {
    const askedAt = performance.now()
    const sendAt = new Date(Date.now() + 3_600_000).toISOString()
    const { result } = await gateway.ask(sendSmsBatch, {
      input: { from: [gateway.number], text: 'Hello {{name}}', sendAt, ...input },
    })
    const tookMs = performance.now() - askedAt
    if (result.counts?.total !== size) throw new Error(result.message)
    await gateway.ask(cancelBatch, { input: { batchId: result.id } })
    return tookMs
  }
  const fromTable = async (round: number) => {
    const lines = people(round).map((to, n) => `${to},Somebody ${n}`)
    const { result } = await gateway.ask(createUpload, { input: { fileName: 'people.csv' } })
    const put = await fetch(result.url, {
      method: 'PUT',
      headers: { 'content-type': 'text/csv' },
      body: ['to,name', ...lines].join('\n'),
    })
    if (!put.ok) throw new Error(await put.text())
    return accept({ csvUploadId: result.id })
  }
  const fromList = (round: number) =>
    accept({
      recipients: people(round).map((to, n) => ({
        to,
        values: [{ name: 'name', value: `Somebody ${n}` }],
      })),
    })

  const figures: Figure[] = []
  for (const [what, take] of [
    ['a list', fromList],
    ['a CSV', fromTable],
  ] as const) {
    const taken: number[] = []
    for (let round = 0; round < rounds; round += 1) taken.push(await take(round))
    figures.push({
      what: `${size} recipients accepted from ${what}, the slowest`,
      value: Math.max(...taken),
      unit: 'ms',
      n: rounds,
      goal: '< 5000',
    })
  }
  return figures
}

/** Others each time, so that conversations have to be made as well. */
function people(round: number): string[] {
  return Array.from({ length: size }, (_, n) => `+1${700 + round}55${String(n).padStart(5, '0')}`)
}
