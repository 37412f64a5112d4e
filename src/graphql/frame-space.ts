/** A burst of texts; what is longer gets memory of its own. */
const size = 16 * 1024

/**
 * Memory to put frames together in, the same for all sockets: nearly always the system takes them from there at once. Memory
 * for each would be megabytes with every event that a thousand see, and have the garbage collector go through all there is.
 */
export class FrameSpace {
  #all = Buffer.allocUnsafeSlow(size)
  #part = this.#all

  /** So many bytes, until more are asked for. */
  take(bytes: number): Buffer {
    if (bytes > size) return Buffer.allocUnsafe(bytes)
    if (this.#part.length !== bytes) this.#part = this.#all.subarray(0, bytes)
    return this.#part
  }

  /** What was taken last is not through: it stays with who has it. */
  leave() {
    this.#all = Buffer.allocUnsafeSlow(size)
    this.#part = this.#all
  }
}
