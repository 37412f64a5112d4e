/** Click to call: RingCentral rings `from`, and `to` once that one has picked up. */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { isGone } from './gone.ts'
import { extensionPath, segment } from './paths.ts'
import { id, maybe } from './values.ts'

/** `ended` is the normal end of a call that came about, and of one that did not. */
export type RingOutState = 'ringing' | 'connected' | 'failed' | 'ended'

const states = new Map<string, RingOutState>([
  ['InProgress', 'ringing'],
  ['Success', 'connected'],
  ['Finished', 'ended'],
  ['NoSessionFound', 'ended'],
])

const ringOut = z
  .object({
    id,
    status: maybe(
      z.object({
        callStatus: maybe(z.string()),
        callerStatus: maybe(z.string()),
        calleeStatus: maybe(z.string()),
      }),
    ),
  })
  .transform(({ id, status }) => ({
    id,
    state: stateOf(status?.callStatus),
    /** `InProgress`, `Busy`, `NoAnswer`, `Rejected`, `Success`, `Finished`, ... of `from`. */
    callerStatus: status?.callerStatus,
    /** The same of `to`. */
    calleeStatus: status?.calleeStatus,
  }))

export type RingOut = z.output<typeof ringOut>

export interface RingOutRequest {
  from: string
  to: string
  /** A number of the company with the feature `CallerId`; its main one unless told. */
  callerId?: string
  /** Asks who picked up `from` to press 1 first; RingCentral does unless told. */
  playPrompt?: boolean
}

export interface RingOutApi {
  /**
   * Makes a phone ring. RingCentral knows no idempotency key: after RingCentralInDoubtError look at
   * the telephony sessions, and do not ring twice.
   */
  create(request: RingOutRequest): Promise<RingOut>
  /** One that RingCentral has forgotten is `ended`. */
  get(ringOutId: string): Promise<RingOut>
  /**
   * Best effort, while the phones still ring: a call that is connected goes on. One that is over
   * already is no error.
   */
  cancel(ringOutId: string): Promise<void>
}

export function createRingOutApi(call: CallApi): RingOutApi {
  return {
    create: ({ from, to, callerId, playPrompt }) =>
      call({
        operation: 'ringOut.create',
        method: 'POST',
        path: extensionPath('/ring-out'),
        body: {
          from: { phoneNumber: from },
          to: { phoneNumber: to },
          callerId: callerId === undefined ? undefined : { phoneNumber: callerId },
          playPrompt,
        },
        timeoutMs: 20_000,
        answer: ringOut,
      }),

    get: async (ringOutId) =>
      call({
        operation: 'ringOut.get',
        path: extensionPath(`/ring-out/${segment(ringOutId)}`),
        answer: ringOut,
      }).catch((error: unknown) => {
        if (!isGone(error)) throw error
        return {
          id: ringOutId,
          state: 'ended' as const,
          callerStatus: undefined,
          calleeStatus: undefined,
        }
      }),

    async cancel(ringOutId) {
      await call({
        operation: 'ringOut.cancel',
        method: 'DELETE',
        path: extensionPath(`/ring-out/${segment(ringOutId)}`),
        answer: z.unknown(),
      }).catch((error: unknown) => {
        if (!isGone(error)) throw error
      })
    },
  }
}

/** Whatever is new to us, or says that a phone could not be reached, is no call. */
function stateOf(callStatus: string | undefined): RingOutState {
  return callStatus === undefined ? 'ringing' : (states.get(callStatus) ?? 'failed')
}
