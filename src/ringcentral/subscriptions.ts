/** Webhook subscriptions: what RingCentral posts to us, and until when. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { RingCentralRefusedError } from './errors.ts'
import { subscriptionPath } from './paths.ts'
import { id, listOf, maybe, time } from './values.ts'

const subscription = z
  .object({
    id,
    /** `Active`; anything else (`Blacklisted`, `Suspended`) delivers nothing. */
    status: z.string(),
    /** With `~` resolved to ids. */
    eventFilters: z.array(z.string()),
    /** Filters that RingCentral took without complaint and will not serve. */
    disabledFilters: listOf(
      z.object({ filter: z.string(), reason: maybe(z.string()), message: maybe(z.string()) }),
    ),
    creationTime: maybe(time),
    expirationTime: time,
    deliveryMode: maybe(z.object({ address: maybe(z.string()) })),
    blacklistedData: maybe(z.object({ reason: maybe(z.string()) })),
  })
  .transform(({ creationTime, expirationTime, deliveryMode, blacklistedData, ...rest }) => ({
    ...rest,
    createdAt: creationTime,
    expiresAt: expirationTime,
    address: deliveryMode?.address,
    blacklistedReason: blacklistedData?.reason,
  }))

const subscriptionList = z.object({ records: z.array(subscription) })

export type Subscription = z.output<typeof subscription>

export interface CreateSubscriptionRequest {
  /** HTTPS; RingCentral cannot change it later. */
  address: string
  eventFilters: readonly string[]
  /**
   * Comes back in the header `Verification-Token` of each notification: the only proof of who
   * posts.
   */
  verificationToken: string
  /** RingCentral takes 7 days when not told, and may give less than asked: trust `expiresAt`. */
  expiresInSeconds?: number
}

export interface SubscriptionsApi {
  /**
   * RingCentral posts its handshake to `address` before it answers: hold no lock that the receiver
   * needs. Nothing merges equal subscriptions; each one more doubles every notification. `SUB-521`
   * to `SUB-525`: the address does not answer as it must. `SUB-505`: 30 subscriptions of this user
   * and app exist already.
   */
  create(request: CreateSubscriptionRequest): Promise<Subscription>
  get(subscriptionId: string): Promise<Subscription>
  /** Those of this user and this app. */
  list(): Promise<Subscription[]>
  /**
   * Extends by the subscription's own lifetime. One that has expired is gone:
   * RingCentralRefusedError with status 404.
   */
  renew(subscriptionId: string): Promise<Subscription>
  /** Replaces its filters, and renews it. One that has expired is gone, as in `renew`. */
  update(subscriptionId: string, eventFilters: readonly string[]): Promise<Subscription>
  /** Ends it; one that is gone already is no error. */
  remove(subscriptionId: string): Promise<void>
}

export function createSubscriptionsApi(call: CallApi): SubscriptionsApi {
  return {
    create: (request) =>
      call({
        operation: 'subscriptions.create',
        method: 'POST',
        path: subscriptionPath(),
        body: {
          eventFilters: request.eventFilters,
          deliveryMode: {
            transportType: 'WebHook',
            address: request.address,
            verificationToken: request.verificationToken,
          },
          expiresIn: request.expiresInSeconds,
        },
        answer: subscription,
      }),

    get: async (subscriptionId) =>
      call({
        operation: 'subscriptions.get',
        path: subscriptionPath(subscriptionId),
        answer: subscription,
      }),

    async list() {
      const { records } = await call({
        operation: 'subscriptions.list',
        path: subscriptionPath(),
        answer: subscriptionList,
      })
      return records
    },

    renew: async (subscriptionId) =>
      call({
        operation: 'subscriptions.renew',
        method: 'POST',
        path: `${subscriptionPath(subscriptionId)}/renew`,
        answer: subscription,
      }),

    update: async (subscriptionId, eventFilters) =>
      call({
        operation: 'subscriptions.update',
        method: 'PUT',
        path: subscriptionPath(subscriptionId),
        body: { eventFilters },
        answer: subscription,
      }),

    async remove(subscriptionId) {
      await call({
        operation: 'subscriptions.remove',
        method: 'DELETE',
        path: subscriptionPath(subscriptionId),
        answer: z.unknown(),
      }).catch((error: unknown) => {
        if (!(error instanceof RingCentralRefusedError && error.status === 404)) throw error
      })
    },
  }
}
