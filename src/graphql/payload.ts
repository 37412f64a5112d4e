/** `{"id":…,"type":"next","payload":…}`, with the id to be put in. */
const beforeId = '{"id":'
const afterId = ',"type":"next","payload":'
const longestShort = 125
const longestMiddle = 0xffff

/** By which a client knows its subscription. */
export class SubscriptionId {
  readonly json: string
  readonly bytes: number

  constructor(id: string) {
    this.json = JSON.stringify(id)
    this.bytes = Buffer.byteLength(this.json)
  }
}

type Frame = { bytes: Buffer; idAt: number; idBytes: number }

/** What all of an audience are shown of an event, as it leaves: serialised once, for whatever transport. */
export class Payload {
  readonly json: string
  #made: Frame | undefined

  constructor(result: object) {
    this.json = JSON.stringify(result)
  }

  /** How long it is as a frame: see `writeFrame`. */
  frameBytes(id: SubscriptionId): number {
    return this.#frameFor(id).bytes.length
  }

  /**
   * The `next` of graphql-transport-ws for a subscription, as one WebSocket frame of text, to be written to the line as
   * it is. Answers where it ends.
   */
  writeFrame(target: Buffer, start: number, id: SubscriptionId): number {
    const { bytes, idAt } = this.#frameFor(id)
    bytes.copy(target, start)
    target.write(id.json, start + idAt)
    return start + bytes.length
  }

  /** Ids are mostly of one length, and then all else is the same. */
  #frameFor({ json, bytes: idBytes }: SubscriptionId): Frame {
    if (this.#made?.idBytes === idBytes) return this.#made
    const content = Buffer.from(`${beforeId}${json}${afterId}${this.json}}`)
    const head = headOf(content.length)
    const idAt = head.length + beforeId.length
    this.#made = { bytes: Buffer.concat([head, content]), idAt, idBytes }
    return this.#made
  }
}

/** Of a whole message of text, unmasked, as servers send it: https://www.rfc-editor.org/rfc/rfc6455#section-5.2 */
function headOf(length: number): Buffer {
  const head = Buffer.alloc(length <= longestShort ? 2 : length <= longestMiddle ? 4 : 10)
  head[0] = 0x81
  if (length <= longestShort) {
    head[1] = length
  } else if (length <= longestMiddle) {
    head[1] = 126
    head.writeUInt16BE(length, 2)
  } else {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(length), 2)
  }
  return head
}
