import type { Db } from '../db/client.ts'
import type { ReadRows } from '../db/read-rows.ts'
import type { Logger } from '../lib/logger.ts'
import type { Actor } from '../lib/request-scope.ts'

/** Who is asking: a tenant by one of its keys, or by a client token that was made with one; or the operator. */
export type Viewer =
  | {
      kind: 'tenant'
      tenantId: string
      apiKeyId: string
      scopes: readonly string[]
      /** What ends by itself, if it was no key that was presented. */
      clientToken?: { id: string; createdAt: Date; expiresAt: Date }
      /** Left out: all that the tenant has. */
      only?: Only
    }
  | { kind: 'operator' }

/** What a client token is limited to: all of these extensions, by our ids, and these numbers. */
export type Only = { extensionIds: readonly string[]; numbers: readonly string[] }

/** The same, as the audit log names them. */
export function actorOf(viewer: Viewer): Actor {
  if (viewer.kind === 'operator') return { kind: 'OPERATOR' }
  if (viewer.clientToken) return { kind: 'CLIENT_TOKEN', id: viewer.clientToken.id }
  return { kind: 'API_KEY', id: viewer.apiKeyId }
}

/**
 * What resolvers may call. Each feature adds its service to this interface where it is declared
 * (`declare module`), so the floor knows none of them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is the features that fill it
export interface Services {}

export type Context = {
  viewer: Viewer
  requestId: string
  db: Db
  readRows: ReadRows
  logger: Logger
  /** Fires when the viewer is no longer welcome, or the server stops: ends what it listens to. */
  ended?: AbortSignal
  services: Services
}
