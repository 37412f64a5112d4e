import { imageSize } from 'image-size'
import { maxBytes, maxPixels, type RefusedUpload, UploadRefusedError } from './errors.ts'
import { takenAs, typeByName, whatIsTaken } from './file-types.ts'
import { agrees, isOtherText, recognise } from './recognise.ts'

/** How much is kept aside to tell what it is: cameras write a preview and more before a picture's size. */
const headBytes = 512 * 1024

/** What was said of bytes before they came. */
export type Said = { fileName: string; contentType: string | null; sizeBytes: number | null }

/**
 * Lets bytes through while they may be attached to a text, and says in the end what they are. Whoever
 * writes them down keeps nothing of what is refused.
 *
 * @throws UploadRefusedError
 */
export async function* inspected(
  bytes: AsyncIterable<Uint8Array>,
  said: Said,
  tellType: (contentType: string) => void,
): AsyncGenerator<Uint8Array> {
  const head: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of bytes) {
    if (sizeBytes < headBytes) head.push(piece.slice(0, headBytes - sizeBytes))
    sizeBytes += piece.length
    if (sizeBytes > maxBytes) throw tooLarge()
    yield piece
  }
  if (sizeBytes === 0) throw refused('EMPTY', 'There are no bytes in it.')
  if (said.sizeBytes !== null && said.sizeBytes !== sizeBytes) {
    throw refused(
      'INCOMPLETE',
      `${said.sizeBytes} bytes were announced and ${sizeBytes} have come: send the whole file again.`,
    )
  }
  // A copy of its own: beyond the end of a short picture, in Node's pool, lie the bytes of other requests.
  tellType(await judge(new Uint8Array(Buffer.concat(head)), said))
}

export function tooLarge(): UploadRefusedError {
  return refused(
    'TOO_LARGE',
    `RingCentral takes at most ${maxBytes} bytes for all attachments of a text: make it smaller.`,
  )
}

export function typeNotTaken(type: string): UploadRefusedError {
  return refused('TYPE_NOT_TAKEN', `${type} cannot be attached to a text. ${whatIsTaken}`)
}

async function judge(head: Uint8Array, { fileName, contentType }: Said): Promise<string> {
  if (isOtherText(head)) {
    const remedy = 'save it as UTF-8 (a table as “CSV UTF-8”).'
    throw refused('TYPE_NOT_TAKEN', `This looks like text in another encoding: ${remedy}`)
  }
  const is = await recognise(head)
  if (!is) throw typeNotTaken('What nobody can tell by its bytes')
  const said = contentType ? takenAs(contentType) : typeByName(fileName)
  if (said && !agrees(said, is)) {
    throw refused(
      'NOT_WHAT_IT_SAYS',
      `It was said to be ${said}, and its bytes are ${is}: name it what it is.`,
    )
  }
  if (!takenAs(is)) throw typeNotTaken(is)
  if (is.startsWith('image/')) checkPicture(head, is)
  return said ?? is
}

/** A small file can hold a picture that takes gigabytes to show: its header tells. */
function checkPicture(head: Uint8Array, type: string): void {
  let pixels = 0
  try {
    // Of a drawing only its first tag is of interest; a long one would keep us busy.
    const { width, height } = imageSize(type === 'image/svg+xml' ? head.subarray(0, 4096) : head)
    pixels = width * height
  } catch {
    // A drawing needs no size.
    if (type === 'image/svg+xml') return
  }
  if (!(pixels > 0)) {
    throw refused(
      'PICTURE_UNREADABLE',
      'The size of this picture cannot be read: it is damaged, or what cameras note about it is too long. Save it anew.',
    )
  }
  if (pixels > maxPixels) {
    throw refused(
      'PICTURE_TOO_LARGE',
      `This picture unfolds to ${pixels} pixels; at most ${maxPixels} are taken. Scale it down.`,
    )
  }
}

function refused(reason: RefusedUpload, message: string): UploadRefusedError {
  return new UploadRefusedError(reason, message)
}
