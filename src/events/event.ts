/** What can happen. The first word is what it happened to. */
export type EventType =
  | 'message.received'
  | 'message.status'
  | 'message.changed'
  | 'conversation.changed'
  | 'extension.changed'
  | 'batch.changed'
  | 'call.changed'
  | 'presence.changed'
  | 'consent.changed'

/** A line to be written. `snapshot` is the row as it stands after the change. */
export type NewEvent = { type: EventType; tenantId: string; subjectId: string; snapshot: object }

/** A line of the log. In `snapshot`, times are ISO strings again: see `revive`. */
export type LoggedEvent = {
  tenantId: string
  sequence: bigint
  type: EventType
  subjectId: string
  snapshot: Record<string, unknown>
  occurredAt: Date
}

const isoDate = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** The row in a snapshot, with its times as Dates: columns that hold times end in `At`. */
export function revive<Row>(snapshot: Record<string, unknown>): Row {
  return Object.fromEntries(
    Object.entries(snapshot).map(([column, value]) => [
      column,
      column.endsWith('At') && typeof value === 'string' && isoDate.test(value)
        ? new Date(value)
        : value,
    ]),
  ) as Row
}
