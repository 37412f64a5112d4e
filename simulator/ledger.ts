import type { Clock } from './clock.ts'

/** One line of what went over the wire, in either direction. */
export interface LedgerEntry {
  sequence: number
  at: string
  /** `in`: a request that we received. `out`: a notification or handshake that we sent. */
  direction: 'in' | 'out'
  method: string
  path: string
  /** Missing while the answer is outstanding, and for good when there was none. */
  status?: number | undefined
  durationMs?: number | undefined
  /** Why there was no ordinary answer: a fault's kind, or a network error. */
  note?: string | undefined
  extensionId?: string | undefined
  /** Names a token without disclosing it. */
  tokenId?: string | undefined
  subscriptionId?: string | undefined
  /** Secrets are blacked out and long bodies are cut. */
  body?: string | undefined
}

export interface Ledger {
  open(entry: Omit<LedgerEntry, 'sequence' | 'at'>): LedgerEntry
  entries(): readonly LedgerEntry[]
}

// A benchmark would fill the memory otherwise. Cut in large pieces, because shifting is slow.
const mostEntries = 100_000
const cut = 20_000
const mostPaths = 1000

export function createLedger(clock: Clock): Ledger {
  const entries: LedgerEntry[] = []
  let sequence = 0
  let lastAt = Number.NaN
  let lastStamp = ''
  const paths = new Map<string, string>()

  const stamp = () => {
    const now = clock.now()
    if (now !== lastAt) {
      lastAt = now
      lastStamp = new Date(now).toISOString()
    }
    return lastStamp
  }

  /** The same few paths are asked for again and again. */
  const shared = (path: string) => {
    const known = paths.get(path)
    if (known !== undefined) return known
    if (paths.size >= mostPaths) paths.clear()
    paths.set(path, path)
    return path
  }

  return {
    open(fields) {
      sequence += 1
      // All of them from the beginning, in one order: an entry that grows takes twice the memory.
      const entry: LedgerEntry = {
        sequence,
        at: stamp(),
        direction: fields.direction,
        method: fields.method,
        path: shared(fields.path),
        status: undefined,
        durationMs: undefined,
        note: fields.note,
        extensionId: fields.extensionId,
        tokenId: undefined,
        subscriptionId: fields.subscriptionId,
        body: fields.body,
      }
      entries.push(entry)
      if (entries.length > mostEntries) entries.splice(0, cut)
      return entry
    },
    entries: () => entries,
  }
}

const secrets =
  /("?(?:code|code_verifier|refresh_token|access_token|token|client_assertion|verificationToken)"?\s*[=:]\s*"?)([^&"\s]+)/g

export function summarizeBody(text: string): string {
  const safe = text.replace(secrets, '$1…')
  return safe.length > 500 ? `${safe.slice(0, 500)}… (${text.length} characters)` : safe
}
