import type { Db } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ExtensionAccess } from '../extensions/access.ts'
import { covers, scopesFor } from '../extensions/covers.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, type Clock, seconds } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import type { CallRecord } from '../ringcentral/call-record.ts'
import { whereOn } from '../tenants/features.ts'
import { absorb } from './absorb.ts'
import { closeCall } from './close-call.ts'
import type { HeardParty } from './facts.ts'
import { isGoingOn } from './going-on.ts'
import { inProgress, logLine, sessionKeyOf } from './log-line.ts'
import { callLogShare, requestCallSync } from './request-call-sync.ts'

declare module '../graphql/context.ts' {
  interface Services {
    activeCalls: ActiveCalls
  }
}

export type ActiveCalls = ReturnType<typeof createActiveCalls>

/** At most three Heavy calls of ten a minute, however many ask. */
const readEvery = seconds(20)
/** Of the Heavy calls, for finding out whether a phone rings: somebody waits for that. */
const unconfirmedShare = 0.8
/** RingCentral's list tells no more than that it goes on; a phone rings no longer than this. */
const ringsFor = seconds(60)

/** The calls that go on for extensions of which no notifications tell: read from RingCentral, some seconds late. */
export function createActiveCalls({
  db,
  eventLog,
  queue,
  access,
  logLagMs,
  clock,
  logger,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  /** How long after its end a call is in RingCentral's log. */
  logLagMs: number
  clock: Clock
  logger: Logger
}) {
  async function read(extension: Extension, share: number): Promise<void> {
    const calls = await access.call(extension.id, (api) => api.callLog.listActiveExtensionCalls(), {
      share,
    })
    await takeIn(extension, calls)
  }

  async function takeIn(extension: Extension, calls: CallRecord[]) {
    const now = clock.now()
    const live = calls.filter((call) => call.result === inProgress)
    const told = live.map((call) => ({
      sessionKey: sessionKeyOf(call),
      heard: [{ partyId: call.partyId ?? call.id, heard: heardOfActive(call, extension, now) }],
      lines: [],
    }))
    const keys = told.map((one) => one.sessionKey)
    await eventLog.transaction(async (tx, record) => {
      await absorb(tx, record, extension, told, now)
      if (covers(extension, 'CallControl')) return
      const over = await tx.call.findMany({
        where: {
          tenantId: extension.tenantId,
          extensionRowIds: { equals: [extension.id] },
          status: isGoingOn,
          sessionKey: { not: null, notIn: keys },
        },
      })
      for (const call of over) await closeCall(tx, record, call, now)
      // How they ended, their lines of the log tell.
      if (over.length > 0) await requestCallSync(tx, queue, extension.id, after(now, logLagMs))
    })
  }

  return {
    /** Brings the calls that go on up to date, where nobody tells us of them. Never throws: what could not be read is just older. */
    async refresh(tenantId: string, extensionRowId?: string | null): Promise<void> {
      const due = await db.extension.updateManyAndReturn({
        where: {
          tenantId,
          grant: { isNot: null },
          ...(extensionRowId && { id: extensionRowId }),
          scopes: { hasSome: scopesFor('ReadCallLog') },
          tenant: whereOn('CALLS'),
          NOT: { scopes: { has: 'CallControl' } },
          OR: [
            { activeCallsReadAt: null },
            { activeCallsReadAt: { lt: after(clock.now(), -readEvery) } },
          ],
        },
        data: { activeCallsReadAt: clock.now() },
      })
      await Promise.all(
        due.map((extension) =>
          read(extension, callLogShare).catch((error) =>
            logger.info({ err: error, extension: extension.id }, 'Active calls could not be read'),
          ),
        ),
      )
    },

    /** Reads them for one extension now, for a call of which nobody knows whether it rings. */
    readNow: (extension: Extension) => read(extension, unconfirmedShare),
  }
}

function heardOfActive(call: CallRecord, { extensionId }: Extension, now: Date): HeardParty {
  const {
    direction,
    from,
    to,
    ringOut,
    callerLeg,
    startedAt,
    extensionId: whose,
  } = logLine(call, extensionId)
  const rings = now < after(call.startTime, ringsFor)
  return {
    // Any notification knows more.
    sequence: -1,
    at: startedAt,
    code: rings ? 'Proceeding' : 'Answered',
    reason: null,
    direction,
    extensionId: whose,
    from,
    to,
    ringOut,
    callerLeg,
    muted: false,
    missed: false,
    startedAt,
    answeredAt: null,
    voicemailAt: null,
    endedAt: null,
  }
}
