/** "Tenant T is at sequence S". Travels between processes after the commit; it may be lost or late. */
export type Hint = { tenantId: string; sequence: bigint }

/** How processes tell each other that there is something new to read. The log is the truth, not the hint. */
export type Hints = {
  publish(hint: Hint): void
  /** Calls `listener` for every hint, also this process' own. Returns the way to stop. */
  listen(listener: (hint: Hint) => void): () => void
  close(): Promise<void>
}
