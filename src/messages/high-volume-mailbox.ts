import type { Tx } from '../db/client.ts'
import type { Extension, Message } from '../db/generated/client/client.ts'
import type { RecordEvent } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import { findNumber } from '../numbers/service.ts'
import type { HighVolumeRecord } from '../ringcentral/high-volume.ts'
import { hearTexts } from './hear-texts.ts'

/**
 * Which of our messages high-volume records are. RingCentral keeps them for the whole account, so a message stays known
 * when its number has been given to somebody else.
 */
export async function knownHighVolume(
  tx: Tx,
  { tenantId, rcAccountId }: Pick<Extension, 'tenantId' | 'rcAccountId'>,
  records: readonly HighVolumeRecord[],
): Promise<Map<string, Message>> {
  const extensions = await tx.extension.findMany({
    where: { tenantId, rcAccountId },
    select: { id: true },
  })
  const known = await tx.message.findMany({
    where: {
      extensionRowId: { in: extensions.map(({ id }) => id) },
      highVolume: true,
      rcMessageId: { in: records.map(({ id }) => id) },
    },
  })
  return new Map(known.map((message) => [message.rcMessageId ?? '', message]))
}

/**
 * Writes a high-volume text that RingCentral has told of. It tells everybody who listens in the account; it belongs to
 * the extension that texts from the number.
 */
export async function hearHighVolumeText(
  tx: Tx,
  record: RecordEvent,
  deps: { queue: Pick<JobQueue, 'send'>; clock: Clock },
  tenantId: string,
  told: HighVolumeRecord,
): Promise<void> {
  const number = await findNumber(tx, tenantId, told.to[0]?.phoneNumber ?? '')
  if (told.direction !== 'Inbound' || !number || !isHighVolume(number)) return
  if ((await knownHighVolume(tx, number.extension, [told])).size > 0) return
  const mailbox = { tenantId, extensionRowId: number.extensionRowId, highVolume: true }
  await hearTexts(tx, record, deps, [{ mailbox, inbound: told }])
}
