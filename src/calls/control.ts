import type { Db } from '../db/client.ts'
import type { Call } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { requireAbility } from '../extensions/abilities.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { RetryLaterError } from '../jobs/retry-later.ts'
import type { Clock } from '../lib/clock.ts'
import { RateLimitedError } from '../lib/errors.ts'
import type { RingCentralApi } from '../ringcentral/client.ts'
import {
  RingCentralError,
  RingCentralInDoubtError,
  RingCentralRefusedError,
} from '../ringcentral/errors.ts'
import type { TransferTarget } from '../ringcentral/telephony.ts'
import { moveStarted } from './call-attempts.ts'
import { CallControlFailedError, CallNotFoundError, CallNotLiveError } from './errors.ts'
import type { HeardParty } from './facts.ts'
import { isOver } from './heard.ts'
import { checkTarget, isAboutTarget, notFound } from './transfer-target.ts'

declare module '../graphql/context.ts' {
  interface Services {
    callControl: CallControl
  }
}

export type CallControl = ReturnType<typeof createCallControl>

const goesOn: Call['status'][] = ['RINGING', 'ANSWERED', 'ON_HOLD']
const isTalkedOn: Call['status'][] = ['ANSWERED', 'ON_HOLD']

const notStartedHere =
  'it was not started with `startCall`, and only such a call can be canceled. End it with `hangUp`.'

type OwnParty = [telephonySessionId: string, partyId: string]

/**
 * Takes part in calls that go on, in the name of a connected extension that is in them. What becomes of it
 * is told by RingCentral's notifications, and so by `callChanged`. Nothing is repeated: who asks, sees.
 *
 * Throws the typed errors of the mutations.
 */
export function createCallControl({
  db,
  eventLog,
  access,
  clock,
}: {
  db: Db
  eventLog: EventLog
  access: ExtensionAccess
  clock: Clock
}) {
  async function find(tenantId: string, callId: string): Promise<Call> {
    const call = await db.call.findUnique({ where: { id: callId, tenantId } })
    if (!call) throw new CallNotFoundError(callId)
    return call
  }

  /** The party of one of our extensions that is still there: who was called, or who clicked, comes first. */
  async function ownParty(call: Call) {
    const { tenantId, sessionKey } = call
    if (sessionKey === null) throw new CallNotLiveError('CALL_NOT_LIVE', call.id, call.status)
    const parties = await db.callParty.findMany({ where: { tenantId, sessionKey } })
    const extensions = await db.extension.findMany({
      where: { tenantId, id: { in: call.extensionRowIds }, grant: { isNot: null } },
    })
    const live = parties
      .map(({ partyId, heard }) => ({ partyId, heard: heard as HeardParty }))
      .filter(({ heard }) => !isOver(heard.code))
      .sort((a, b) => Number(b.heard.callerLeg) - Number(a.heard.callerLeg))
    const inOrder = extensions.sort(
      (a, b) => Number(b.id === call.extensionRowId) - Number(a.id === call.extensionRowId),
    )
    for (const extension of inOrder) {
      const own = live.find(({ heard }) => heard.extensionId === extension.extensionId)
      if (own) {
        return { extension, heard: own.heard, party: [sessionKey, own.partyId] as OwnParty }
      }
    }
    if (extensions.length === 0) throw new NotConnectedError()
    throw new CallNotLiveError('CALL_NOT_LIVE', call.id, call.status)
  }

  async function act(
    tenantId: string,
    callId: string,
    statuses: Call['status'][],
    work: (api: RingCentralApi, party: OwnParty) => Promise<unknown>,
    target?: TransferTarget,
  ): Promise<Call> {
    const call = await find(tenantId, callId)
    if (!goesOn.includes(call.status))
      throw new CallNotLiveError('CALL_NOT_LIVE', callId, call.status)
    if (!statuses.includes(call.status)) {
      throw new CallNotLiveError('CALL_NOT_ANSWERED', callId, call.status)
    }
    const { extension, heard, party } = await ownParty(call)
    await requireAbility(db, extension, 'CONTROL_CALLS')
    if (target) await checkTarget(db, extension, heard, target)
    await ask(call, () => access.call(extension.id, (api) => work(api, party)), target)
    return find(tenantId, callId)
  }

  /** RingCentral's refusals as errors that a client can handle. */
  async function ask(
    call: Call,
    request: () => Promise<unknown>,
    target?: TransferTarget,
  ): Promise<void> {
    try {
      await request()
    } catch (error) {
      if (error instanceof RetryLaterError) {
        const wait = error.retryAt.getTime() - clock.now().getTime()
        throw new RateLimitedError(
          'RingCentral takes no more requests for this extension now.',
          wait,
        )
      }
      if (error instanceof RingCentralRefusedError && error.status === 404) {
        if (target && isAboutTarget(error)) throw notFound(target)
        throw new CallNotLiveError('CALL_NOT_LIVE', call.id, call.status)
      }
      if (!(error instanceof RingCentralError)) throw error
      const inDoubt = error instanceof RingCentralInDoubtError
      throw new CallControlFailedError(error.code ?? null, inDoubt)
    }
  }

  return {
    hangUp: (tenantId: string, callId: string) =>
      act(tenantId, callId, goesOn, (api, [session]) => api.telephony.dropSession(session)),
    hold: (tenantId: string, callId: string) =>
      act(tenantId, callId, isTalkedOn, (api, party) => api.telephony.hold(...party)),
    unhold: (tenantId: string, callId: string) =>
      act(tenantId, callId, isTalkedOn, (api, party) => api.telephony.unhold(...party)),
    mute: (tenantId: string, callId: string) =>
      act(tenantId, callId, isTalkedOn, (api, party) => api.telephony.mute(...party)),
    unmute: (tenantId: string, callId: string) =>
      act(tenantId, callId, isTalkedOn, (api, party) => api.telephony.unmute(...party)),
    transfer: (tenantId: string, callId: string, target: TransferTarget) =>
      act(
        tenantId,
        callId,
        isTalkedOn,
        (api, party) => api.telephony.transfer(...party, target),
        target,
      ),

    /**
     * Takes back a call that was started here: if its request has not left, nothing ever rings; if a phone
     * rings, RingCentral is asked to stop it. One that was canceled already is answered as it is.
     */
    async cancel(tenantId: string, callId: string): Promise<Call> {
      const canceled = await eventLog.transaction(async (tx, record) => {
        // Held, so that no attempt begins meanwhile; one that has begun is seen.
        await tx.$queryRaw`SELECT 1 FROM "Call" WHERE "id" = ${callId} AND "tenantId" = ${tenantId} FOR UPDATE`
        const begun = await tx.callAttempt.findFirst({
          where: { callId, OR: [{ outcome: null }, { outcome: { not: 'REFUSED' } }] },
        })
        const own = await tx.call.findUnique({ where: { id: callId, tenantId } })
        if (begun || !own) return undefined
        const end = { status: 'ENDED', result: 'CANCELED', endedAt: clock.now() } as const
        return moveStarted(tx, record, callId, ['STARTING'], end)
      })
      if (canceled) return canceled
      const call = await find(tenantId, callId)
      if (call.status === 'ENDED' && call.result === 'CANCELED') return call
      const { ringOutId, extensionRowId } = call
      if (call.status !== 'RINGING' || ringOutId === null || extensionRowId === null) {
        const wasStartedHere = call.requestHash !== null
        throw wasStartedHere
          ? new CallNotLiveError('CALL_NOT_RINGING', callId, call.status)
          : new CallNotLiveError('CALL_NOT_RINGING', callId, call.status, notStartedHere)
      }
      await ask(call, () => access.call(extensionRowId, (api) => api.ringOut.cancel(ringOutId)))
      return find(tenantId, callId)
    },
  }
}
