import type { Db } from '../db/client.ts'
import type { Call, CallParty, Extension } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers } from '../extensions/covers.ts'
import { NotConnectedError } from '../extensions/errors.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, hours } from '../lib/clock.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { CallSession } from '../ringcentral/telephony.ts'
import { absorb } from './absorb.ts'
import { closeCall } from './close-call.ts'
import type { HeardParty } from './facts.ts'
import { isLive } from './going-on.ts'
import { heardOf, isOver } from './heard.ts'
import { checkCallJob } from './jobs.ts'
import { requestCallSync } from './request-call-sync.ts'

/** A call that nobody can be asked about any more counts as over after this. */
const goesOnAtMost = hours(12)

/**
 * Asks RingCentral about a call of which nothing was heard for a while, so that nothing rings for ever:
 * the notification of its end may be lost.
 */
export const checkCall = ({
  db,
  eventLog,
  queue,
  access,
  logLagMs,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  logLagMs: number
  clock: Clock
}) => {
  return implementJob(checkCallJob, async ({ callId }) => {
    const call = await db.call.findFirst({ where: { id: callId, status: isLive } })
    if (!call?.sessionKey) return
    const { tenantId, sessionKey } = call
    const parties = await db.callParty.findMany({ where: { tenantId, sessionKey } })
    const reader = await readerOf(call, parties)
    const session = reader ? await look(reader, sessionKey) : undefined
    if (session && isOurs(session, parties)) return stillThere(call, session, parties)
    const unknown = session === undefined
    const allLeft = parties.every(({ heard }) => isOver((heard as HeardParty).code))
    if (unknown && !allLeft && after(call.startedAt, goesOnAtMost) > clock.now()) return
    await eventLog.transaction((tx, record) => closeCall(tx, record, call, clock.now()))
    if (!reader) return
    const then = after(clock.now(), logLagMs)
    await inTransaction(db, (tx) => requestCallSync(tx, queue, reader.id, then))
  })

  /** Who is still there may ask about it; of who has left, RingCentral says that there is no such call. */
  async function readerOf({ extensionRowIds }: Call, parties: CallParty[]) {
    const live = parties
      .map(({ heard }) => heard as HeardParty)
      .filter(({ code }) => !isOver(code))
      .map(({ extensionId }) => extensionId)
    const readers = await db.extension.findMany({
      where: { id: { in: extensionRowIds }, grant: { isNot: null } },
      orderBy: { id: 'asc' },
    })
    return readers.find(({ extensionId }) => live.includes(extensionId)) ?? readers[0]
  }

  /** Null: it is over. Undefined: nobody may know. */
  async function look(reader: Extension, key: string): Promise<CallSession | null | undefined> {
    if (!covers(reader, 'CallControl')) return undefined
    try {
      return (await access.call(reader.id, (api) => api.telephony.getSession(key))) ?? null
    } catch (error) {
      if (error instanceof NotConnectedError || error instanceof RingCentralRefusedError) {
        return undefined
      }
      throw error
    }
  }

  /** As it is now may be more than was heard of it. */
  async function stillThere(call: Call, session: CallSession, known: CallParty[]) {
    const { sessionKey } = call
    if (sessionKey === null) return
    await eventLog.transaction(async (tx, record) => {
      const sequences = known.map(({ heard }) => (heard as HeardParty).sequence)
      const news = {
        at: clock.now().toISOString(),
        // Newer than what was heard before, older than whatever follows.
        sequence: Math.max(0, ...sequences) + 0.25,
        ringOut: session.origin?.type === 'RingOut',
      }
      const heard = session.parties.map((party) => ({
        partyId: party.id,
        heard: heardOf(party, news),
      }))
      await tx.call.update({ where: { id: call.id }, data: { heardAt: clock.now() } })
      await absorb(tx, record, call, [{ sessionKey, heard, lines: [] }], clock.now())
    })
  }
}

/** Sent on to somebody outside, it may go on without any of us: then it is over for us. */
function isOurs(session: CallSession, known: CallParty[]): boolean {
  const ids = new Set(known.map(({ partyId }) => partyId))
  const ours = session.parties.filter(({ id, extensionId }) => extensionId || ids.has(id))
  return ours.length === 0
    ? session.parties.length === 0
    : ours.some(({ status }) => !isOver(status?.code ?? ''))
}
