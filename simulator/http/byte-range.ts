import { apiError } from './errors.ts'
import type { HttpContext } from './exchange.ts'

/** Bytes, or the one range of them that was asked for. */
export function answerBytes(
  c: HttpContext,
  bytes: Uint8Array,
  headers: Record<string, string>,
): Response {
  const given = { ...headers, 'accept-ranges': 'bytes' }
  const asked = c.req.header('range')
  const range = asked === undefined ? undefined : readRange(asked, bytes.length)
  if (!range) return c.body(new Uint8Array(bytes), 200, given)
  return c.body(new Uint8Array(bytes.subarray(range.from, range.to + 1)), 206, {
    ...given,
    'content-range': `bytes ${range.from}-${range.to}/${bytes.length}`,
  })
}

/** Missing for a unit or form that nobody understands, which is answered as if nothing was asked. */
function readRange(text: string, size: number): { from: number; to: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(text.trim()) ?? []
  if (first === '' && last === '') return undefined
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (from < size && from <= to) return { from, to }
  throw apiError(416, 'CMN-107', 'Range is not satisfiable', {
    headers: { 'content-range': `bytes */${size}` },
  })
}
