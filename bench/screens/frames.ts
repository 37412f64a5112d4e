/** The client's side of a WebSocket (RFC 6455), as far as a screen needs it: frames are counted, and hardly looked at. */
export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const

/** A frame as clients send them. The key that masks it is zero, so that its content stays as it is. */
export function clientFrame(opcode: number, content: Buffer): Buffer {
  const { length } = content
  if (length > 0xffff) throw new Error('Screens say nothing so long')
  const head = length < 126 ? Buffer.alloc(6) : Buffer.alloc(8)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (length < 126 ? length : 126)
  if (length >= 126) head.writeUInt16BE(length, 2)
  return Buffer.concat([head, content])
}

/** Reads what servers send, in whatever pieces it comes. Messages in several frames are not expected. */
export function createFrameReader(onFrame: (opcode: number, content: Buffer) => void) {
  let rest: Buffer | undefined
  return (chunk: Buffer) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk
    let at = 0
    for (;;) {
      if (bytes.length - at < 2) break
      const short = (bytes[at + 1] ?? 0) & 0x7f
      const head = short < 126 ? 2 : short === 126 ? 4 : 10
      if (bytes.length - at < head) break
      const length =
        short < 126
          ? short
          : short === 126
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2))
      const end = at + head + length
      if (bytes.length < end) break
      onFrame((bytes[at] ?? 0) & 0x0f, bytes.subarray(at + head, end))
      at = end
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined
  }
}
