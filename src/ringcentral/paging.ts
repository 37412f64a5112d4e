/**
 * RingCentral's lists. Totals may be missing, so there is another page exactly when
 * `navigation.nextPage` says so.
 */
import { z } from 'zod'

/** Which page of a list. */
export interface PageQuery {
  /** From 1. */
  page?: number
  perPage?: number
}

// A uri names RingCentral's own host, which behind a proxy, or with a simulator, is not the one we
// talk to; and an access token goes to no host that only an answer has named.
const pathAndQuery = z.string().transform((uri, context) => {
  const url = URL.parse(uri, 'https://platform.ringcentral.com')
  if (url) return `${url.pathname}${url.search}`
  context.addIssue({ code: 'custom', message: 'not a uri' })
  return z.NEVER
})

export function pageOf<S extends z.ZodType>(record: S) {
  return z
    .object({
      records: z.array(record),
      // Nothing lenient here: a next page that we cannot read must not pass for the last one.
      navigation: z.object({ nextPage: z.object({ uri: pathAndQuery }).nullish() }).nullish(),
    })
    .transform(({ records, navigation }) => ({ records, nextPath: navigation?.nextPage?.uri }))
}

/** Fetches pages until the last, or until `maxPages`; `complete` tells which. */
export async function collectPages<T>(
  fetchPage: (nextPath?: string) => Promise<{ records: T[]; nextPath?: string }>,
  maxPages: number,
): Promise<{ records: T[]; complete: boolean }> {
  const records: T[] = []
  let nextPath: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const answer = await fetchPage(nextPath)
    records.push(...answer.records)
    nextPath = answer.nextPath
    if (nextPath === undefined) return { records, complete: true }
  }
  return { records, complete: false }
}
