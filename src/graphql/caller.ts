import type { GraphQLError } from 'graphql'
import { CloseCode, MessageType } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Viewer } from './context.ts'
import { whyNotCovering } from './covers-viewer.ts'
import type { IdentifyViewer, Stay, WatchViewer } from './http.ts'

type Parts = {
  socket: WebSocket
  viewer: Viewer
  address: string | undefined
  identify: IdentifyViewer
  watch: WatchViewer
  freePlace: () => void
}

export type Renewal =
  | { type: 'token-renewed'; expiresAt: Date | null }
  | { type: 'token-refused'; reason: string }

/** What a socket is closed with (4403), by the code of what SSE is told. */
const closeReasons: Record<string, string> = {
  TOKEN_EXPIRED: 'Token expired',
  TENANT_SUSPENDED: 'Tenant suspended',
  FORBIDDEN: 'Scope lost',
}

/**
 * Who is at the other end of a socket, once its `connection_init` has been accepted. Closes the socket when its
 * credential ends.
 */
export class Caller {
  readonly address: string | undefined
  readonly #parts: Parts
  readonly #over = new AbortController()
  #viewer: Viewer
  #stay: Stay

  constructor(parts: Parts) {
    this.#parts = parts
    this.address = parts.address
    this.#viewer = parts.viewer
    this.#stay = this.#sit(parts.viewer)
  }

  get viewer(): Viewer {
    return this.#viewer
  }

  /** Ends what it listens to. */
  get ended(): AbortSignal {
    return this.#over.signal
  }

  #sit(viewer: Viewer): Stay {
    const { socket, watch } = this.#parts
    const sitting = watch(viewer, (expiresAt) => {
      const payload = { type: 'token-expiring', expiresAt }
      socket.send(JSON.stringify({ type: MessageType.Ping, payload }))
    })
    sitting.ended.addEventListener('abort', () => {
      const { extensions } = sitting.ended.reason as GraphQLError
      // Its subscriptions are not told one by one: after an `error` clients do not come back.
      socket.close(CloseCode.Forbidden, closeReasons[String(extensions.code)] ?? 'Forbidden')
      this.#over.abort()
    })
    return sitting
  }

  /** Takes another credential in place of the first; answers what the client is told. */
  async renew(authorization: string): Promise<Renewal> {
    const identity = await this.#parts.identify(authorization, this.address)
    if ('refused' in identity) return { type: 'token-refused', reason: identity.refused }
    const reason = whyNotCovering(identity.viewer, this.#viewer)
    if (reason !== undefined) return { type: 'token-refused', reason }
    // It may have ended, or hung up, while we were asking.
    if (this.ended.aborted) return { type: 'token-refused', reason: 'Too late' }
    const before = this.#stay
    this.#viewer = identity.viewer
    this.#stay = this.#sit(identity.viewer)
    before.leave()
    const token = identity.viewer.kind === 'tenant' ? identity.viewer.clientToken : undefined
    return { type: 'token-renewed', expiresAt: token?.expiresAt ?? null }
  }

  leave() {
    this.#parts.freePlace()
    this.#stay.leave()
    this.#over.abort()
  }
}
