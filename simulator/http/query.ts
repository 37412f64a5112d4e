import { invalidParameter } from './errors.ts'

const day = 24 * 60 * 60 * 1000

export function readDate(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = Date.parse(text)
  if (Number.isNaN(value)) throw invalidParameter(name)
  // RingCentral may cut to whole seconds; doing so always finds clients that count on milliseconds.
  return Math.floor(value / 1000) * 1000
}

/** The window of a list. Without `dateFrom` it is one day long, which surprises nearly everybody once. */
export function readWindow(query: URLSearchParams, now: number): { from: number; to: number } {
  const to = readDate(query, 'dateTo')
  return {
    from: readDate(query, 'dateFrom') ?? (to ?? now) - day,
    to: to ?? Number.POSITIVE_INFINITY,
  }
}

/** Arrays repeat the key. Values outside of `allowed` answer 400. */
export function readList(
  query: URLSearchParams,
  name: string,
  allowed: string[],
): string[] | undefined {
  const values = query.getAll(name).filter((value) => value !== '')
  if (values.length === 0) return undefined
  if (values.some((value) => !allowed.includes(value))) throw invalidParameter(name)
  return values
}

export function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d+$/.test(text) || Number(text) < 1) throw invalidParameter(name)
  return Number(text)
}

export function readFlag(query: URLSearchParams, name: string, otherwise: boolean): boolean {
  const text = query.get(name)?.toLowerCase()
  return text === undefined ? otherwise : text === 'true' || text === '1'
}
