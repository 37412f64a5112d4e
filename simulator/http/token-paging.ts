import { invalidParameter } from './errors.ts'

/** Lists that are walked by token instead of by page number. */
export function paginateByToken<T>(
  all: readonly T[],
  asked: { pageToken?: string | null | undefined; perPage?: number | undefined },
  usual: { perPage: number; most: number },
) {
  const perPage = Math.min(asked.perPage ?? usual.perPage, usual.most)
  const start = asked.pageToken ? readToken(asked.pageToken) : 0
  const records = all.slice(start, start + perPage)
  return {
    records,
    paging: {
      perPage,
      pageToken: token(start),
      firstPageToken: token(0),
      ...(start + perPage < all.length && { nextPageToken: token(start + perPage) }),
      ...(start > 0 && { previousPageToken: token(Math.max(0, start - perPage)) }),
    },
  }
}

function token(start: number): string {
  return Buffer.from(`from ${start}`).toString('base64url')
}

function readToken(text: string): number {
  const start = /^from (\d+)$/.exec(Buffer.from(text, 'base64url').toString('utf8'))?.[1]
  if (start === undefined) throw invalidParameter('pageToken')
  return Number(start)
}
