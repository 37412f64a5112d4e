import type { Tx } from '../db/client.ts'
import type { Call } from '../db/generated/client/client.ts'
import { after, minutes, seconds } from '../lib/clock.ts'
import type { Side } from './sides.ts'

/** RingCentral's clock and ours differ by less. */
const clocksDiffer = seconds(5)
/** A session begins with the request for it; allowed for is a request that was long on its way. */
const beginsWithin = minutes(2)

/**
 * RingCentral does not say which telephony session a click to call became. This finds the call that was
 * started for a session not seen before: same extension, same numbers, and its request left right before.
 * Of several, the one whose request is nearest.
 *
 * @returns undefined when nobody started it here; 'undecided' while the session shows too little to tell
 */
export async function claimStarted(
  tx: Tx,
  tenantId: string,
  sides: Side[],
  rowIdOf: Map<string, string>,
): Promise<Call | 'undecided' | undefined> {
  const clicked = sides.filter((side) => side.ringOut)
  const own = clicked.filter(({ direction }) => direction === 'Outbound')
  const [first] = own.length > 0 ? own : clicked
  // A colleague who is called may be heard of first.
  const caller = own.length > 0 ? first?.extensionId : first?.from.extensionId
  const extensionRowId = caller ? rowIdOf.get(caller) : undefined
  if (!first || !extensionRowId) return undefined
  const begun = new Date(first.startedAt)
  const attempts = await tx.callAttempt.findMany({
    where: {
      tenantId,
      call: { extensionRowId, sessionKey: null, status: { not: 'FAILED' } },
      startedAt: { gt: after(begun, -beginsWithin), lt: after(begun, clocksDiffer) },
      OR: [{ outcome: null }, { outcome: { not: 'REFUSED' } }],
    },
    include: { call: true },
    orderBy: { startedAt: 'desc' },
  })
  const from = own.find((side) => side.from.number !== null)?.from.number
  const candidates = attempts
    .map((attempt) => attempt.call)
    .filter((call) => !from || call.fromNumber === from)
  const to = clicked.find((side) => !side.callerLeg)?.to.number
  if (to) return candidates.find((call) => call.toNumber === to)
  // Only the phone of who clicked rings yet: of one click it can be no other's.
  if (new Set(candidates.map((call) => call.id)).size > 1) return 'undecided'
  return candidates[0]
}
