import type { Tx } from '../db/client.ts'
import type { Call } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { absorb } from './absorb.ts'
import type { HeardParty } from './facts.ts'
import { isOver, isSentOn } from './heard.ts'

/**
 * Ends a call whose end nobody told us: RingCentral knows no such session any more. Whatever RingCentral
 * still says of its end counts more than this.
 */
export async function closeCall(tx: Tx, record: RecordEvent, call: Call, at: Date): Promise<void> {
  const { tenantId, sessionKey } = call
  if (sessionKey === null) return
  const parties = await tx.callParty.findMany({ where: { tenantId, sessionKey } })
  const heard = parties.flatMap(({ partyId, heard }) => {
    const party = heard as HeardParty
    const sequence = party.sequence + 0.5
    if (isOver(party.code)) {
      // Sent on to somebody of whom nobody tells: it was over for us then.
      const wasSentOn = isSentOn(party.reason)
      return wasSentOn ? { partyId, heard: { ...party, reason: null, sequence } } : []
    }
    const end = { code: 'Disconnected', reason: null, endedAt: at.toISOString(), endIsGuess: true }
    return { partyId, heard: { ...party, ...end, sequence } }
  })
  await absorb(tx, record, call, [{ sessionKey, heard, lines: [] }], at)
}
