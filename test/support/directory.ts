import type { TestTenant } from './gateway.ts'

const directory = `query ($search: String, $first: Int, $after: String) {
  directory(search: $search, first: $first, after: $after) {
    nodes { extensionId name extensionNumber email phoneNumbers type status jobTitle extension { extensionId } }
    totalCount asOf emptyHint pageInfo { hasNextPage endCursor }
  }
}`

/** What somebody finds who types this into a search box. */
export async function lookUp(
  tenant: Pick<TestTenant, 'query'>,
  search?: string,
  page: { first?: number; after?: string } = {},
) {
  return (await tenant.query(directory, { search, ...page })).directory
}

export const namesOf = (found: { nodes: { name: string }[] }) => found.nodes.map(({ name }) => name)
