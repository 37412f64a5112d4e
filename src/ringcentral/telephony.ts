/**
 * Calls that go on: looking at one, and taking part in it. All of it needs CallControl. RingCentral
 * keeps no mute or hold of its own desk phones and apps apart from ours: what was muted in two
 * places must be unmuted in both.
 */
import { z } from 'zod'
import type { CallApi } from './call-api.ts'
import { isGone } from './gone.ts'
import { accountPath, segment } from './paths.ts'
import type { Operation } from './rate-limits.ts'
import { sessionParty, type TelephonyParty } from './session-party.ts'
import { id, listOf, maybe, time } from './values.ts'

const session = z
  .object({
    id,
    origin: maybe(z.object({ type: maybe(z.string()) })),
    creationTime: maybe(time),
    parties: listOf(sessionParty),
  })
  .transform(({ id, origin, creationTime, parties }) => ({
    telephonySessionId: id,
    origin,
    /** RingCentral's own description has it as the time of the latest change. */
    creationTime,
    parties,
  }))

export type CallSession = z.output<typeof session>

/** Exactly one; `voicemail` is the id of the extension in whose mailbox the caller shall speak. */
export type TransferTarget =
  | { phoneNumber: string }
  | { extensionNumber: string }
  | { voicemail: string }

/**
 * Each of these names the session and the party that it is about: one's own, for the other side
 * obeys nobody. A call that is over is RingCentralRefusedError with status 404, one in the wrong
 * state with 403 (`TAS-106`) or 409. They answer the party as it is then, where RingCentral tells.
 */
type PartyAction = (
  telephonySessionId: string,
  partyId: string,
) => Promise<TelephonyParty | undefined>

export interface TelephonyApi {
  /** Undefined when the call is over. */
  getSession(telephonySessionId: string): Promise<CallSession | undefined>
  /** Hangs up, for everybody; a call that is over already is no error. */
  dropSession(telephonySessionId: string): Promise<void>
  hold: PartyAction
  unhold: PartyAction
  mute: PartyAction
  unmute: PartyAction
  /** Sends the other side on, without asking there first. The party must have picked up. */
  transfer(
    telephonySessionId: string,
    partyId: string,
    target: TransferTarget,
  ): Promise<TelephonyParty | undefined>
}

export function createTelephonyApi(call: CallApi): TelephonyApi {
  const act = async (
    operation: Operation,
    [sessionId, partyId]: [string, string],
    method: 'POST' | 'PATCH',
    verb: string,
    body?: unknown,
  ) =>
    call({
      operation,
      method,
      path: `${sessionPath(sessionId)}/parties/${segment(partyId)}${verb}`,
      body,
      // Once it is done it is done, whatever the answer lacks.
      answer: maybe(sessionParty),
    })

  return {
    getSession: async (telephonySessionId) =>
      call({
        operation: 'telephony.getSession',
        path: sessionPath(telephonySessionId),
        answer: session,
      }).catch((error: unknown) => {
        if (!isGone(error)) throw error
        return undefined
      }),

    async dropSession(telephonySessionId) {
      await call({
        operation: 'telephony.dropSession',
        method: 'DELETE',
        path: sessionPath(telephonySessionId),
        answer: z.unknown(),
      }).catch((error: unknown) => {
        if (!isGone(error)) throw error
      })
    },

    hold: (...party) => act('telephony.hold', party, 'POST', '/hold', { proto: 'Auto' }),
    unhold: (...party) => act('telephony.unhold', party, 'POST', '/unhold'),
    mute: (...party) => act('telephony.mute', party, 'PATCH', '', { party: { muted: true } }),
    unmute: (...party) => act('telephony.unmute', party, 'PATCH', '', { party: { muted: false } }),
    transfer: (sessionId, partyId, target) =>
      act('telephony.transfer', [sessionId, partyId], 'POST', '/transfer', target),
  }
}

function sessionPath(telephonySessionId: string): string {
  return accountPath(`/telephony/sessions/${segment(telephonySessionId)}`)
}
