import type { Tx } from '../db/client.ts'
import type { Extension, ExtensionStatus } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'

/** Says to whom it concerns how an extension stands now. */
export function recordExtensionChanged(record: RecordEvent, extension: Extension): void {
  record({
    type: 'extension.changed',
    tenantId: extension.tenantId,
    subjectId: extension.id,
    snapshot: extension,
  })
}

/** Moves an extension from one of some statuses to another, with its event; does nothing, and answers nothing, from elsewhere. */
export async function changeStatus(
  tx: Tx,
  record: RecordEvent,
  id: string,
  change: { from: ExtensionStatus[]; to: ExtensionStatus; reason?: string },
): Promise<Extension | undefined> {
  const [extension] = await tx.extension.updateManyAndReturn({
    where: { id, status: { in: change.from } },
    data: { status: change.to, statusReason: change.reason ?? null },
  })
  if (extension) recordExtensionChanged(record, extension)
  return extension
}
