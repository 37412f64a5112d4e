import { fileTypeFromBuffer } from 'file-type'
import { takenAs } from './file-types.ts'

/** Enough of a text to tell what kind it is. */
const beginning = 4096

/**
 * What bytes are, by how they begin; their name and what was said are not asked. Undefined for what is
 * neither of a kind that has a signature nor text.
 */
export async function recognise(head: Uint8Array): Promise<string | undefined> {
  const found = await fileTypeFromBuffer(head)
  if (found && found.mime !== 'application/xml') return takenAs(found.mime) ?? found.mime
  const text = textOf(head)
  if (text === undefined) return undefined
  const start = afterProlog(text.slice(0, beginning))
  if (/^BEGIN:VCARD\b/i.test(start)) return 'text/vcard'
  if (/^BEGIN:VCALENDAR\b/i.test(start)) return 'text/calendar'
  if (/^<svg[\s>]/i.test(start)) return 'image/svg+xml'
  if (/^<(!doctype html|html|head|body|script)[\s>]/i.test(start)) return 'text/html'
  return found || /^<!doctype/i.test(start) ? 'application/xml' : 'text/plain'
}

/** Whether what was said of bytes can be said of what they are. */
export function agrees(said: string, is: string): boolean {
  if (said === is) return true
  // A table has no sign of its own, and contacts and calendars may be sent as the words that they are.
  if (said === 'text/csv') return is === 'text/plain'
  if (said === 'text/plain') return is === 'text/vcard' || is === 'text/calendar'
  // One container holds sound alone, or pictures as well.
  return /^(audio|video)\/(ogg|mp4)$/.test(is) && said.split('/')[1] === is.split('/')[1]
}

/** As text in UTF-8, if it is that: phones show no other encoding. */
function textOf(head: Uint8Array): string | undefined {
  try {
    // A character that the end of the head cuts in two is none of its faults.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) ? undefined : text
  } catch {
    return undefined
  }
}

/** Whether it is what spreadsheets save unless told otherwise: UTF-16 with its mark, or Latin-1 and its kin. */
export function isOtherText(head: Uint8Array): boolean {
  const [first, second, third, fourth] = head
  // A letter of ours follows, or it could be sound.
  if (first === 0xff && second === 0xfe) return fourth === 0
  if (first === 0xfe && second === 0xff) return third === 0
  const start = head.subarray(0, beginning)
  const words = start.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))
  const foreign = start.filter((byte) => byte >= 0x80).length
  return words && foreign < start.length / 3 && textOf(head) === undefined
}

/**
 * What comes after declarations and comments. A document type with entities of its own is not passed
 * over: it may unfold to any size.
 */
function afterProlog(text: string): string {
  for (let rest = text.trimStart(); ; ) {
    const [passed] = /^(<\?xml[^>]*>|<!doctype svg\b[^>[]*>|<!--)/i.exec(rest) ?? []
    if (passed === undefined) return rest
    const end = passed === '<!--' ? rest.indexOf('-->') + 3 : passed.length
    if (end < passed.length) return ''
    rest = rest.slice(end).trimStart()
  }
}
