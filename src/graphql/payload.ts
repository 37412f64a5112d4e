/** `{"id":…,"type":"next","payload":…}`, with the id to be put in. */
const beforeId = '{"id":'
const afterId = ',"type":"next","payload":'
const longestShort = 125
const longestMiddle = 0xffff

type Frame = { id: string; bytes: Buffer; restAt: number }

/** What all of an audience are shown of an event, as it leaves: serialised once, for whatever transport. */
export class Payload {
  readonly json: string
  #made: Frame | undefined

  constructor(result: object) {
    this.json = JSON.stringify(result)
  }

  /**
   * The `next` of graphql-transport-ws for a subscription, its id given as JSON, as one WebSocket frame of text, to be
   * written to the line as it is. For another id than the last one the bytes are copied; for the same they are shared.
   */
  frame(id: string): Buffer {
    if (this.#made?.id !== id) this.#made = this.#made ? copyFor(id, this.#made) : this.#first(id)
    return this.#made.bytes
  }

  #first(id: string): Frame {
    const rest = `${afterId}${this.json}}`
    const { bytes, restAt } = begin(id, Buffer.byteLength(rest))
    bytes.write(rest, restAt)
    return { id, bytes, restAt }
  }
}

function copyFor(id: string, made: Frame): Frame {
  const { bytes, restAt } = begin(id, made.bytes.length - made.restAt)
  made.bytes.copy(bytes, restAt, made.restAt)
  return { id, bytes, restAt }
}

/** A frame but for the rest that follows the id. */
function begin(id: string, restBytes: number): { bytes: Buffer; restAt: number } {
  const length = beforeId.length + Buffer.byteLength(id) + restBytes
  const headBytes = length <= longestShort ? 2 : length <= longestMiddle ? 4 : 10
  const bytes = Buffer.allocUnsafe(headBytes + length)
  writeHead(bytes, length)
  bytes.write(beforeId, headBytes, 'latin1')
  bytes.write(id, headBytes + beforeId.length)
  return { bytes, restAt: headBytes + length - restBytes }
}

/** Of a whole message of text, unmasked, as servers send it: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function writeHead(frame: Buffer, length: number): void {
  frame[0] = 0x81
  if (length <= longestShort) {
    frame[1] = length
  } else if (length <= longestMiddle) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
}
