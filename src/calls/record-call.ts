import type { Call } from '../db/generated/client/client.ts'
import type { NewEvent } from '../events/event.ts'

/** A call as its events show it: without what only the gateway's own bookkeeping needs. */
export function callEvent(call: Call): NewEvent {
  const { requestHash: _, ...snapshot } = call
  return { type: 'call.changed', tenantId: call.tenantId, subjectId: call.id, snapshot }
}
