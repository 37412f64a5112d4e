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
  status?: number
  durationMs?: number
  /** Why there was no ordinary answer: a fault's kind, or a network error. */
  note?: string
  extensionId?: string
  /** Names a token without disclosing it. */
  tokenId?: string
  subscriptionId?: string
  /** Secrets are blacked out and long bodies are cut. */
  body?: string
}

export interface Ledger {
  open(entry: Omit<LedgerEntry, 'sequence' | 'at'>): LedgerEntry
  entries(): readonly LedgerEntry[]
}

// A benchmark would fill the memory otherwise. Cut in large pieces, because shifting is slow.
const mostEntries = 100_000
const cut = 20_000

export function createLedger(clock: Clock): Ledger {
  const entries: LedgerEntry[] = []
  let sequence = 0

  return {
    open(fields) {
      sequence += 1
      const entry: LedgerEntry = { sequence, at: new Date(clock.now()).toISOString(), ...fields }
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
