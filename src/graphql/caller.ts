import type { GraphQLError } from 'graphql'
import { CloseCode, MessageType } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Viewer } from './context.ts'
import { whyNotCovering } from './covers-viewer.ts'
import type { IdentifyViewer, Stay, WatchViewer } from './http.ts'

/** Who is at the other end of a socket, once its `connection_init` has been accepted. */
export type Caller = {
  readonly viewer: Viewer
  address: string | undefined
  /** Ends what it listens to. */
  ended: AbortSignal
  /** Takes another credential in place of the first; answers what the client is told. */
  renew(authorization: string): Promise<Renewal>
  leave(): void
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

/** Sits somebody down who connects. Closes the socket when its credential ends. */
export function createCaller({
  socket,
  viewer: first,
  address,
  identify,
  watch,
  freePlace,
}: {
  socket: WebSocket
  viewer: Viewer
  address: string | undefined
  identify: (authorization: string) => ReturnType<IdentifyViewer>
  watch: WatchViewer
  freePlace: () => void
}): Caller {
  const over = new AbortController()
  let viewer = first
  let stay = sit(first)

  function sit(one: Viewer): Stay {
    const sitting = watch(one, (expiresAt) => {
      const payload = { type: 'token-expiring', expiresAt }
      socket.send(JSON.stringify({ type: MessageType.Ping, payload }))
    })
    sitting.ended.addEventListener('abort', () => {
      const { extensions } = sitting.ended.reason as GraphQLError
      // Its subscriptions are not told one by one: after an `error` clients do not come back.
      socket.close(CloseCode.Forbidden, closeReasons[String(extensions.code)] ?? 'Forbidden')
      over.abort()
    })
    return sitting
  }

  return {
    get viewer() {
      return viewer
    },
    address,
    ended: over.signal,

    async renew(authorization) {
      const identity = await identify(authorization)
      if ('refused' in identity) return { type: 'token-refused', reason: identity.refused }
      const reason = whyNotCovering(identity.viewer, viewer)
      if (reason !== undefined) return { type: 'token-refused', reason }
      // It may have ended, or hung up, while we were asking.
      if (over.signal.aborted) return { type: 'token-refused', reason: 'Too late' }
      const before = stay
      viewer = identity.viewer
      stay = sit(viewer)
      before.leave()
      const token = viewer.kind === 'tenant' ? viewer.clientToken : undefined
      return { type: 'token-renewed', expiresAt: token?.expiresAt ?? null }
    },

    leave() {
      freePlace()
      stay.leave()
      over.abort()
    },
  }
}
