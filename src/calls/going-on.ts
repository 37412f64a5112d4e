import type { CallStatus } from '../db/generated/client/client.ts'

/** What `activeCalls` lists. */
export const isGoingOn = {
  in: ['STARTING', 'RINGING', 'ANSWERED', 'ON_HOLD'],
} satisfies { in: CallStatus[] }

/** What RingCentral lets ring. */
export const isLive = { in: ['RINGING', 'ANSWERED', 'ON_HOLD'] } satisfies { in: CallStatus[] }

/** The `errorCode` of a call of which only this is known: that nobody tells of it any more. */
export const notFollowed = 'NOT_FOLLOWED'
