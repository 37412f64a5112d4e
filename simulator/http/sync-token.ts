import { randomUUID } from 'node:crypto'
import { apiError, invalidParameter } from './errors.ts'

interface SyncState {
  /** Whose records, and of which kind: a token of another mailbox is no good here. */
  of: string
  at: number
  query: string
}

/**
 * Sync tokens: opaque to the client, and all that the server needs to go on. They carry the filters, and
 * die with the simulator that made them, or when told to.
 */
export function createSyncTokens() {
  let epoch: string = randomUUID()

  return {
    issue: (state: SyncState) => Buffer.from(JSON.stringify([epoch, state])).toString('base64url'),

    read(of: string, token: string): SyncState {
      let parsed: [string, SyncState]
      try {
        parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
      } catch {
        throw invalidParameter('syncToken')
      }
      const [made, state] = Array.isArray(parsed) ? parsed : ['', undefined]
      if (state?.of !== of) throw invalidParameter('syncToken')
      if (made !== epoch) throw deadToken(of)
      return state
    },

    /** From now on every token that was ever given answers 400. */
    expireAll() {
      epoch = randomUUID()
    },
  }
}

/** Each kind of record has its own word for it. */
function deadToken(of: string) {
  if (of.startsWith('contacts')) return invalidParameter('syncToken')
  const code = of.startsWith('calls') ? 'CLG-101' : 'MSG-333'
  return apiError(400, code, 'Parameter [syncToken] is invalid', { parameterName: 'syncToken' })
}

export type SyncTokens = ReturnType<typeof createSyncTokens>

/** Windows overlap on purpose, so that nothing falls between two of them; records come twice instead. */
export const syncOverlapMs = 5000
