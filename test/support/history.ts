import type { TestTenant } from './gateway.ts'

const history = 'historyImport { status since reachedAt importedCount reason startedAt finishedAt }'

/** How the import of the one extension's history stands. */
export async function historyOf(tenant: Pick<TestTenant, 'query'>) {
  const { extensions } = await tenant.query(`{ extensions { nodes { ${history} } } }`)
  return extensions.nodes[0].historyImport
}

/** What importHistory answers: the import, or the typed error. */
export async function importHistory(
  tenant: Pick<TestTenant, 'query'>,
  input: { extensionId: string; since: Date },
) {
  const { result } = await tenant.query(
    `mutation ($input: ImportHistoryInput!) { result: importHistory(input: $input) {
      ... on Extension { ${history} } ... on Error { code message } } }`,
    { input },
  )
  return result
}
