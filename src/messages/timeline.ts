import type { Db } from '../db/client.ts'
import type {
  AttemptOutcome,
  Message,
  MessageAttempt,
  MessageStatus,
  MessageStep,
  SendPause,
} from '../db/generated/client/client.ts'

/** One line of a message's timeline; what does not apply is null. */
export type TimelineEntry = {
  kind: 'STATUS' | 'ATTEMPT' | 'WAIT' | 'NOTE'
  at: Date
  /** A sentence for a person. */
  summary: string
  until: Date | null
  status: MessageStatus | null
  attempt: number | null
  outcome: AttemptOutcome | null
  rcRequestId: string | null
  errorCode: string | null
}

const nothing = {
  until: null,
  status: null,
  attempt: null,
  outcome: null,
  rcRequestId: null,
  errorCode: null,
}

/**
 * Everything that happened to a message, oldest first: its statuses, each attempt to hand it to
 * RingCentral, what it waited for, and what was looked up about it.
 */
export async function timelineOf(db: Db, message: Message): Promise<TimelineEntry[]> {
  const [steps, attempts] = await Promise.all([
    db.messageStep.findMany({ where: { messageId: message.id }, orderBy: { id: 'asc' } }),
    db.messageAttempt.findMany({ where: { messageId: message.id }, orderBy: { number: 'asc' } }),
  ])
  const pauses = await pausesOf(db, message, steps)
  const entries = [
    accepted(message),
    ...attempts.map(ofAttempt),
    ...steps.map(ofStep),
    ...pauses.map(ofPause),
  ]
  return entries.sort((a, b) => a.at.getTime() - b.at.getTime())
}

/** The rests of its lane between its acceptance and when it left, or came to its end. */
function pausesOf(db: Db, message: Message, steps: MessageStep[]): Promise<SendPause[]> {
  if (message.direction === 'INBOUND' || message.sentElsewhere) return Promise.resolve([])
  const over = steps.find((step) => step.status !== null && step.status !== 'SENDING')?.at
  return db.sendPause.findMany({
    where: {
      extensionRowId: message.extensionRowId,
      at: { ...(over && { lt: over }) },
      OR: [{ until: null, at: { gte: message.createdAt } }, { until: { gt: message.createdAt } }],
    },
    orderBy: { id: 'asc' },
  })
}

function accepted({ direction, sentElsewhere, createdAt: at }: Message): TimelineEntry {
  if (sentElsewhere) {
    const summary = 'Sent elsewhere: by RingCentral’s own app, or by another application.'
    return { ...nothing, kind: 'STATUS', at, status: 'SENT', summary }
  }
  return direction === 'INBOUND'
    ? { ...nothing, kind: 'STATUS', at, status: 'RECEIVED', summary: 'RingCentral received it.' }
    : { ...nothing, kind: 'STATUS', at, status: 'QUEUED', summary: 'Accepted by the gateway.' }
}

function ofStep({ at, status, errorCode, note }: MessageStep): TimelineEntry {
  if (!status) return { ...nothing, kind: 'NOTE', at, summary: note ?? '' }
  const summary = note ?? `${statusWords[status]}${errorCode ? ` (${errorCode})` : ''}.`
  return { ...nothing, kind: 'STATUS', at, status, errorCode, summary }
}

const statusWords: Record<MessageStatus, string> = {
  QUEUED: 'Waiting to be sent',
  SCHEDULED: 'Waiting for its time',
  SENDING: 'Being handed to RingCentral',
  SENT: 'RingCentral has taken it',
  DELIVERED: 'The carrier reported delivery',
  DELIVERY_FAILED: 'The carrier reported that it could not be delivered',
  SENDING_FAILED: 'It could not be sent',
  UNCONFIRMED: 'Nobody knows whether it was sent',
  CANCELED: 'Taken back before it was sent',
  EXPIRED: 'Its time ran out before it could be sent',
  RECEIVED: 'Came in',
}

function ofAttempt(attempt: MessageAttempt): TimelineEntry {
  const { number, startedAt, finishedAt, outcome, rcRequestId, errorCode } = attempt
  const ended = finishedAt ? `after ${finishedAt.getTime() - startedAt.getTime()} ms ` : ''
  const code = errorCode ? ` (${errorCode})` : ''
  const how = outcome ? `${ended}${outcomeWords[outcome]}${code}` : 'no answer yet'
  return {
    ...nothing,
    kind: 'ATTEMPT',
    at: startedAt,
    until: finishedAt,
    attempt: number,
    outcome,
    rcRequestId,
    errorCode,
    summary: `Attempt ${number} to hand it to RingCentral: ${how}.`,
  }
}

const outcomeWords: Record<AttemptOutcome, string> = {
  ACCEPTED: 'taken',
  REFUSED: 'refused, RingCentral does not have it',
  IN_DOUBT: 'no answer that settles it, RingCentral may have it',
}

function ofPause({ at, until, reason }: SendPause): TimelineEntry {
  const end = until ? `; waiting until ${until.toISOString()}` : ''
  return { ...nothing, kind: 'WAIT', at, until, summary: `${reason}${end}.` }
}
