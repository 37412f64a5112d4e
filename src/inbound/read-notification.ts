import { parseEnvelope } from '../ringcentral/notifications.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What a notification says of itself, and all of it as JSON that Postgres can store; undefined when it is none. */
export function readNotification(bytes: Uint8Array) {
  try {
    const text = utf8.decode(bytes)
    const json: unknown = JSON.parse(text)
    const envelope = parseEnvelope(json)
    return envelope && { ...envelope, body: storable(text, json) }
  } catch {
    // No JSON, or not in UTF-8.
    return undefined
  }
}

/** As it came, but for U+0000 and half characters, which Postgres cannot store in JSON and which only come escaped. */
function storable(text: string, json: unknown): string {
  if (!text.includes('\\u') || !/\\u(?:0000|d[89a-f])/i.test(text)) return text
  return JSON.stringify(json, (_key, value) =>
    typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value,
  )
}
