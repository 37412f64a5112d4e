import type { Db, Tx } from '../db/client.ts'
import type { AttemptOutcome, Call } from '../db/generated/client/client.ts'
import { inTransaction } from '../db/transaction.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { Clock } from '../lib/clock.ts'
import { createId } from '../lib/ids.ts'
import { RingCentralError } from '../ringcentral/errors.ts'
import { callEvent } from './record-call.ts'

/** It was canceled, or another worker asks for it: nothing must leave. */
export class NothingToStartError extends Error {
  override name = 'NothingToStartError'
}

/**
 * Attempts to have RingCentral ring, each written before its request leaves. One that is open, in doubt or
 * accepted is the last: a phone that rings twice cannot be taken back.
 */
export function createCallAttempts({ db, clock }: { db: Db; clock: Clock }) {
  return {
    /** @throws NothingToStartError: then the request must not leave */
    async begin(callId: string, mine: string | undefined): Promise<string> {
      const id = createId('CallAttempt')
      await inTransaction(db, async (tx) => {
        const [call] = await tx.$queryRaw<Pick<Call, 'tenantId' | 'status'>[]>`
          SELECT "tenantId", "status" FROM "Call" WHERE "id" = ${callId} FOR UPDATE`
        // A request of this very run that was refused for its token is followed by another one.
        if (mine) await finishAttempt(tx, clock, mine, { outcome: 'REFUSED' })
        const before = await tx.callAttempt.findFirst({
          where: { callId, OR: [{ outcome: null }, { outcome: { not: 'REFUSED' } }] },
        })
        if (call?.status !== 'STARTING' || before) throw new NothingToStartError()
        await tx.callAttempt.create({
          data: { id, tenantId: call.tenantId, callId, startedAt: clock.now() },
        })
      })
      return id
    },
  }
}

export async function finishAttempt(
  tx: Tx,
  clock: Clock,
  id: string,
  { outcome, error }: { outcome: AttemptOutcome; error?: unknown },
): Promise<void> {
  const known = error instanceof RingCentralError ? error : undefined
  await tx.callAttempt.update({
    where: { id },
    data: {
      outcome,
      finishedAt: clock.now(),
      errorCode: known?.code ?? known?.reason ?? null,
      rcRequestId: known?.requestId ?? null,
    },
  })
}

/** Moves a call that was started here, as long as no telephony session has told more. */
export async function moveStarted(
  tx: Tx,
  record: RecordEvent,
  callId: string,
  from: Call['status'][],
  data: Partial<
    Pick<Call, 'status' | 'result' | 'endedAt' | 'ringOutId' | 'errorCode' | 'errorMessage'>
  >,
): Promise<Call | undefined> {
  const [call] = await tx.call.updateManyAndReturn({
    where: { id: callId, sessionKey: null, status: { in: from } },
    data,
  })
  if (call) record(callEvent(call))
  return call
}
