import type { EventLog } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { type DiscoveredNumber, replaceNumbers } from '../numbers/service.ts'
import { canSendSms } from '../ringcentral/phone-numbers.ts'
import type { ExtensionAccess } from './access.ts'
import { type Details, detailsIn, detailsOf } from './details.ts'
import { NotConnectedError } from './errors.ts'
import { holdConnected } from './hold-connected.ts'
import { discoverNumbersJob, readRegistrationsJob } from './jobs.ts'
import { recordExtensionChanged } from './status.ts'

/**
 * Reads from RingCentral who the extension is and which numbers it can text from. Numbers move
 * between extensions, so this is repeated daily, on demand, and when RingCentral says that they changed.
 */
export const discoverNumbers = ({
  eventLog,
  queue,
  access,
  clock,
}: {
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  access: ExtensionAccess
  clock: Clock
}) =>
  implementJob(discoverNumbersJob, async ({ extensionRowId }) => {
    const found = await access
      .call(extensionRowId, async (api) => ({
        extension: await api.account.getExtension(),
        numbers: await api.phoneNumbers.list(),
      }))
      .catch((error) => {
        if (error instanceof NotConnectedError) return undefined
        throw error
      })
    if (!found) return

    const numbers: DiscoveredNumber[] = found.numbers.filter(canSendSms).map((number) => ({
      phoneNumber: number.phoneNumber,
      rcNumberId: number.id,
      label: number.label ?? null,
      usageType: number.usageType ?? null,
      paymentType: number.paymentType ?? null,
      features: number.features,
    }))
    await eventLog.transaction(async (tx, record) => {
      // A disconnect in between has wiped the numbers for good.
      if (!(await holdConnected(tx, extensionRowId))) return
      const before = await tx.extension.findUniqueOrThrow({
        where: { id: extensionRowId },
        include: { phoneNumbers: true },
      })
      const extension = await tx.extension.update({
        where: { id: extensionRowId },
        data: {
          ...detailsOf(found.extension),
          isAdmin: found.extension.isAdmin,
          numbersDiscoveredAt: clock.now(),
        },
      })
      const { id, tenantId } = extension
      await replaceNumbers(tx, { tenantId, extensionRowId: id, at: clock.now() }, numbers)
      await queue.send(tx, readRegistrationsJob, { extensionRowId: id }, { singletonKey: id })
      if (
        !before.numbersDiscoveredAt ||
        factsOf(before) !== factsOf({ ...extension, phoneNumbers: numbers })
      ) {
        recordExtensionChanged(record, extension)
      }
    })
  })

/** What a dashboard would show of an extension, to tell whether a discovery found anything new. */
function factsOf(
  extension: Details & {
    isAdmin: boolean
    phoneNumbers: Pick<DiscoveredNumber, 'phoneNumber' | 'label' | 'features'>[]
  },
): string {
  const numbers = extension.phoneNumbers.map((n) => [n.phoneNumber, n.label, ...n.features]).sort()
  return JSON.stringify([detailsIn(extension), extension.isAdmin, numbers])
}
