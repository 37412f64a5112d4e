import type { Tx } from '../db/client.ts'
import { coversAbility } from '../extensions/abilities.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { after, seconds } from '../lib/clock.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import { syncHighVolumeJob } from './jobs.ts'

/** RingCentral has no sync of these, only a list: each look reads all of it that is recent. */
const distance = seconds(4)

/** Has the high-volume messages of an extension compared soon, if it has numbers that text so. */
export async function requestHighVolumeSync(
  tx: Tx,
  queue: Pick<JobQueue, 'send'>,
  extensionRowId: string,
  back: 'recent' | 'all' = 'recent',
): Promise<void> {
  const extension = await tx.extension.findUnique({
    where: { id: extensionRowId },
    include: { phoneNumbers: true },
  })
  if (!extension?.phoneNumbers.some(isHighVolume)) return
  if (!coversAbility(extension, 'HIGH_VOLUME_SMS')) return
  await queue.send(
    tx,
    syncHighVolumeJob,
    { extensionRowId, back },
    {
      singletonKey: `${extensionRowId}:${back}`,
      ...(extension.highVolumeSyncedAt && {
        startAfter: after(extension.highVolumeSyncedAt, distance),
      }),
    },
  )
}
