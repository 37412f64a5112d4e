import { takeFromBudget } from '../db/budget.ts'
import type { Db, Tx } from '../db/client.ts'
import type { Call } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { type Clock, minutes } from '../lib/clock.ts'
import { InvalidInputError, RateLimitedError } from '../lib/errors.ts'
import { hashOf, parseIdempotencyKey } from '../lib/idempotency.ts'
import { createId } from '../lib/ids.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { checkCallerId } from './check-caller-id.ts'
import { CallIdempotencyConflictError } from './errors.ts'
import { startCallJob } from './jobs.ts'
import { placeCalls } from './place-calls.ts'
import { callEvent } from './record-call.ts'
import { parseCaller, whoCalls } from './who-calls.ts'

declare module '../graphql/context.ts' {
  interface Services {
    acceptCall: AcceptCall
  }
}

export type CallInput = {
  /** The phone that rings first. Alone, it also says who calls: the extension that owns it. */
  from?: string | null | undefined
  userId?: string | null | undefined
  extensionId?: string | null | undefined
  to: string
  callerId?: string | null | undefined
  playPrompt?: boolean | null | undefined
  idempotencyKey?: string | null | undefined
}

export type AcceptCall = (tenantId: string, input: CallInput) => Promise<Call>

/** Of an extension's ten Heavy calls a minute; the others are for its log, for canceling and for recordings. */
const startsAMinute = 5

/**
 * Takes a call to be started: call, event and job are one transaction. Throws the typed errors of
 * `startCall`; the same `idempotencyKey` with the same input answers the call that it made the first
 * time, under any parallelism.
 */
export function createAcceptCall({
  db,
  eventLog,
  queue,
  clock,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
}): AcceptCall {
  return async (tenantId, input) => {
    const asked = parse(input)
    const { caller, to, callerId, playPrompt, idempotencyKey } = asked
    const requestHash = hash(asked)
    const known = await findByKey(db, tenantId, idempotencyKey)
    if (known) return sameRequest(known, requestHash)

    const { extension, from } = await whoCalls(db, tenantId, caller)
    if (from === to) {
      throw new InvalidInputError(
        'to',
        `\`to\` is ${from}, the phone that rings first: name another one.`,
      )
    }
    if (callerId) await checkCallerId(db, extension, callerId)
    return eventLog.transaction(async (tx, record) => {
      const [call] = await tx.call.createManyAndReturn({
        data: {
          id: createId('Call'),
          tenantId,
          extensionRowId: extension.id,
          extensionRowIds: [extension.id],
          rcAccountId: extension.rcAccountId,
          status: 'STARTING',
          direction: 'OUTBOUND',
          fromNumber: from,
          fromName: extension.name,
          fromExtensionId: extension.extensionId,
          toNumber: to,
          callerId,
          playPrompt,
          idempotencyKey,
          requestHash,
          startedAt: clock.now(),
          heardAt: clock.now(),
        },
        skipDuplicates: true,
      })
      if (!call) {
        // A twin of this request was faster; it has committed, or we would still be waiting for it.
        const twin = await findByKey(tx, tenantId, idempotencyKey)
        if (!twin) throw new Error('A call was skipped as a duplicate of nothing')
        return sameRequest(twin, requestHash)
      }
      const budget = { limit: startsAMinute, windowMs: minutes(1) }
      const taken = await takeFromBudget(tx, `${extension.id}:start-call`, budget)
      if (!taken.granted) {
        throw new RateLimitedError(
          `At most ${startsAMinute} calls a minute are started for one extension.`,
          taken.retryAfterMs,
        )
      }
      await placeCalls(tx, [call.id])
      record(callEvent(call))
      await queue.send(tx, startCallJob, { callId: call.id })
      return call
    })
  }
}

function parse(input: CallInput) {
  const caller = parseCaller(input)
  const to = parsePhoneNumber(input.to)
  const callerId = input.callerId ? parsePhoneNumber(input.callerId) : null
  const idempotencyKey = parseIdempotencyKey(input.idempotencyKey)
  return { caller, to, callerId, playPrompt: input.playPrompt ?? null, idempotencyKey }
}

/** As it was asked: a user's extension and its number may have changed when the same request comes again. */
function hash({ caller, to, callerId, playPrompt }: ReturnType<typeof parse>) {
  const who = caller.by === 'number' ? caller.from : caller
  return hashOf([who, to, callerId, playPrompt])
}

function findByKey(db: Db | Tx, tenantId: string, idempotencyKey: string | null) {
  if (idempotencyKey === null) return null
  return db.call.findUnique({ where: { tenantId_idempotencyKey: { tenantId, idempotencyKey } } })
}

function sameRequest(call: Call, requestHash: Uint8Array): Call {
  if (call.requestHash && Buffer.compare(call.requestHash, requestHash) === 0) return call
  throw new CallIdempotencyConflictError(call.id)
}
