import type { Exchange } from './exchange.ts'
import { readList } from './query.ts'

/** Whether a browser shall show the content or save it, and under which name. */
export function dispositionOf({ query }: Exchange, fileName?: string): Record<string, string> {
  const how = readList(query, 'contentDisposition', ['Inline', 'Attachment'])?.[0]
  const name = query.get('contentDispositionFilename') ?? fileName
  const disposition = how ?? (name === undefined ? undefined : 'Attachment')
  if (disposition === undefined) return {}
  const named = name === undefined ? '' : `; filename="${name.replace(/[^\w.-]/g, '_')}"`
  return { 'content-disposition': `${disposition.toLowerCase()}${named}` }
}
