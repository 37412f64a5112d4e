export interface Part {
  headers: Record<string, string>
  content: Buffer
  fileName?: string
}

/**
 * The parts of a multipart body, in order. RingCentral takes `form-data` and `mixed` alike and goes by
 * order rather than by name, which the platform's own FormData cannot tell apart.
 */
export function parseMultipart(contentType: string, body: Buffer): Part[] | undefined {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1]
  if (boundary === undefined) return undefined
  const delimiter = Buffer.from(`--${boundary}`)
  const parts: Part[] = []

  let start = body.indexOf(delimiter)
  while (start !== -1) {
    const next = body.indexOf(delimiter, start + delimiter.length)
    if (next === -1) break
    // Each part lies between two line breaks that belong to its delimiters.
    const part = readPart(body.subarray(start + delimiter.length + 2, next - 2))
    if (part) parts.push(part)
    start = next
  }
  return parts
}

function readPart(bytes: Buffer): Part | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const headers: Record<string, string> = {}
  for (const line of bytes.subarray(0, end).toString('utf8').split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  const fileName = /filename="([^"]*)"/i.exec(headers['content-disposition'] ?? '')?.[1]
  return { headers, content: bytes.subarray(end + 4), fileName }
}
