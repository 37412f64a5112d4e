/** On what a client that has bytes already makes its request depend. */
export type Conditions = {
  /** `If-None-Match`: only if it is none of these. */
  ifNoneMatch?: string
  /** `If-Range`: a part only if it is still this; else the whole. */
  ifRange?: string
}

export function conditionsIn(header: (name: string) => string | undefined): Conditions {
  const ifNoneMatch = header('if-none-match')
  const ifRange = header('if-range')
  return { ...(ifNoneMatch && { ifNoneMatch }), ...(ifRange && { ifRange }) }
}

/** Whether the client has it already. A weak tag of the same name says so as well. */
export function has({ ifNoneMatch }: Conditions, etag: string): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? []
  return tags.includes(etag) || tags.includes('*')
}

/** Whether a part would go with the parts that the client has. */
export function mayContinue({ ifRange }: Conditions, etag: string): boolean {
  return ifRange === undefined || ifRange.trim() === etag
}
