import { time } from '../http/json.ts'
import type { EventFilter } from './filter.ts'

export interface Subscription {
  id: string
  accountId: string
  extensionId: string
  clientId: string
  filters: EventFilter[]
  disabledFilters: { filter: string; reason: string; message: string }[]
  address: string
  verificationToken?: string
  /** Asked for at creation; a renewal extends by this much again. */
  ttlSeconds: number
  createdAt: number
  expiresAt: number
  status: 'Active' | 'Blacklisted'
  blacklistedAt?: number
  blacklistReason?: string
  failingSince?: number
  /** A notification kept back by a planned fault until the next one like it has overtaken it. */
  overtaken?: { by(event: string): boolean; send(): void }
}

export function renderSubscription(baseUrl: string, one: Subscription, now: number) {
  return {
    uri: `${baseUrl}/restapi/v1.0/subscription/${one.id}`,
    id: one.id,
    creationTime: time(one.createdAt),
    status: one.status,
    eventFilters: one.filters.map((filter) => filter.path),
    ...(one.disabledFilters.length > 0 && { disabledFilters: one.disabledFilters }),
    expirationTime: time(one.expiresAt),
    // A moment has passed since: seven days read 604799.
    expiresIn: Math.max(1, Math.ceil((one.expiresAt - now) / 1000) - 1),
    deliveryMode: { transportType: 'WebHook', encryption: false, address: one.address },
    ...(one.blacklistedAt !== undefined && {
      blacklistedData: { blacklistedAt: time(one.blacklistedAt), reason: one.blacklistReason },
    }),
  }
}
