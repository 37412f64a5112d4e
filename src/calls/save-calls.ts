import type { Tx } from '../db/client.ts'
import type { Call, Extension } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import { createId } from '../lib/ids.ts'
import type { CallRecord } from '../ringcentral/call-record.ts'

/** Brings our table up to what RingCentral's call log says; what is new or changed is an event. */
export async function saveCalls(
  tx: Tx,
  record: RecordEvent,
  reader: Extension,
  calls: CallRecord[],
): Promise<void> {
  const { tenantId } = reader
  const connected = await tx.extension.findMany({ where: { tenantId } })
  const rowIdOf = new Map(connected.map((extension) => [extension.extensionId, extension.id]))
  const known = await tx.call.findMany({
    where: { tenantId, rcCallId: { in: calls.map((call) => call.id) } },
  })
  const before = new Map(known.map((call) => [call.rcCallId, call]))

  for (const call of calls) {
    // An extension's own log does not repeat whose it is.
    const rcExtensionId = call.extensionId ?? reader.extensionId
    const facts = {
      rcExtensionId,
      extensionRowId: rowIdOf.get(rcExtensionId) ?? null,
      rcAccountId: reader.rcAccountId,
      telephonySessionId: call.telephonySessionId ?? null,
      direction: call.direction === 'Outbound' ? 'OUTBOUND' : 'INBOUND',
      type: call.type ?? 'Voice',
      action: call.action ?? null,
      result: call.result ?? null,
      durationSeconds: call.durationSeconds,
      startedAt: call.startTime,
      fromNumber: call.from?.phoneNumber ?? call.from?.extensionNumber ?? null,
      fromName: call.from?.name ?? null,
      toNumber: call.to?.phoneNumber ?? call.to?.extensionNumber ?? null,
      toName: call.to?.name ?? null,
    } as const
    const old = before.get(call.id)
    if (old && isSame(old, facts)) continue
    const saved = await tx.call.upsert({
      where: { tenantId_rcCallId: { tenantId, rcCallId: call.id } },
      create: { id: createId('Call'), tenantId, rcCallId: call.id, ...facts },
      update: facts,
    })
    record({ type: 'call.changed', tenantId, subjectId: saved.id, snapshot: saved })
  }
}

function isSame(call: Call, facts: Partial<Call>): boolean {
  return Object.entries(facts).every(
    ([column, value]) => String(call[column as keyof Call]) === String(value),
  )
}
