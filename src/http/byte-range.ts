/** Both ends belong to it. */
export type ByteRange = { start: number; end: number }

/** Nothing of what was asked for is there. */
export class RangeNotSatisfiableError extends Error {
  override name = 'RangeNotSatisfiableError'
  readonly size: number
  constructor(size: number) {
    super(`There are ${size} bytes`)
    this.size = size
  }
}

/**
 * The one range that a `Range` header asks for. Undefined for everything else that it may say: then the
 * whole is the right answer.
 *
 * @throws RangeNotSatisfiableError
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size || start > end) throw new RangeNotSatisfiableError(size)
  return { start, end }
}
