import { asGateway } from '../lib/request-scope.ts'

/**
 * The ids of what an index of words, or of lists, leads to. Behind the wall Postgres does without such an index, since
 * its operators could tell of rows that nobody may see: so it is the gateway that finds ids, by a `where` that names the
 * tenant, and what they name is read through the wall. Should that `where` be forgotten, foreign ids show nothing.
 */
export async function idsByIndex(find: () => Promise<{ id: string }[]>): Promise<string[]> {
  const found = await asGateway(find)
  return found.map(({ id }) => id)
}
