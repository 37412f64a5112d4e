import type { CallLeg, CallRecord } from '../ringcentral/call-record.ts'
import type { LogLeg, LogLine, Way } from './facts.ts'
import { whoIs } from './heard.ts'

/** RingCentral leaves calls that go on in this state. They are no lines of the log yet. */
export const inProgress = 'In Progress'

/** A line of the log as we keep it. An extension's own log does not repeat whose it is. */
export function logLine(record: CallRecord, readerExtensionId: string): LogLine {
  const own = record.legs.find((leg) => leg.master)
  const common = commonOf(record, readerExtensionId, record.startTime)
  const ringOut = record.internalType === 'RingOut' || record.action?.startsWith('RingOut') === true
  const toThemselves = common.from.number !== null && common.from.number === common.to.number
  return {
    ...common,
    id: record.id,
    telephonySessionId: record.telephonySessionId ?? null,
    partyId: record.partyId ?? null,
    type: record.type ?? null,
    action: record.action ?? null,
    ringOut,
    // Two numbers of one person are one extension number: only without a leg's word that tells something.
    callerLeg: ringOut && (own?.legType ? own.legType === 'RingOutClientToCaller' : toThemselves),
    recording: record.recording
      ? { id: record.recording.id, type: record.recording.type ?? null }
      : null,
    legs: record.legs.map((leg) => ({
      ...commonOf(leg, readerExtensionId, leg.startTime ?? record.startTime),
      // Of a colleague's leg we know no more than it says: the reader's log has those of others as well.
      extensionId: leg.extensionId ?? null,
      legType: leg.legType ?? null,
      ...(leg.partyId !== undefined && { partyId: leg.partyId }),
    })),
  }
}

/** What holds a line and the others of its call together. */
export function sessionKeyOf(record: CallRecord): string {
  if (record.telephonySessionId) return record.telephonySessionId
  return record.sessionId ? `session:${record.sessionId}` : `record:${record.id}`
}

function commonOf(record: CallRecord | CallLeg, reader: string, startTime: Date) {
  return {
    direction: (record.direction === 'Outbound' ? 'Outbound' : 'Inbound') as Way,
    extensionId: record.extensionId ?? reader,
    from: whoIs(record.from),
    to: whoIs(record.to),
    startedAt: startTime.toISOString(),
    durationMs: record.durationMs ?? record.durationSeconds * 1000,
    result: record.result ?? null,
  } satisfies Omit<LogLeg, 'legType' | 'partyId'>
}
