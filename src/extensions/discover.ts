import type { Tx } from '../db/client.ts'
import type { Extension } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { isHighVolume } from '../numbers/high-volume.ts'
import { type DiscoveredNumber, replaceNumbers } from '../numbers/service.ts'
import { canSendHighVolume, canSendSms } from '../ringcentral/phone-numbers.ts'
import { coversAbility } from './abilities.ts'
import type { ExtensionAccess } from './access.ts'
import { type Details, detailsIn, detailsOf } from './details.ts'
import { NotConnectedError } from './errors.ts'
import { holdConnected } from './hold-connected.ts'
import { discoverNumbersJob, ensureWebhookJob, readRegistrationsJob } from './jobs.ts'
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

    const texting = found.numbers.filter((one) => canSendSms(one) || canSendHighVolume(one))
    const told: DiscoveredNumber[] = texting.map((number) => ({
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
      const numbers = await withoutTaken(tx, extension, told)
      await replaceNumbers(tx, { tenantId, extensionRowId: id, at: clock.now() }, numbers)
      await queue.send(tx, readRegistrationsJob, { extensionRowId: id }, { singletonKey: id })
      const hadHighVolume = before.phoneNumbers.some(isHighVolume)
      if (hadHighVolume !== numbers.some(isHighVolume)) {
        // RingCentral tells of their texts by filters of their own.
        await queue.send(tx, ensureWebhookJob, { extensionRowId: id }, { singletonKey: id })
      }
      for (const other of hadHighVolume ? await heirsOf(tx, before, numbers) : []) {
        await queue.send(tx, discoverNumbersJob, { extensionRowId: other }, { singletonKey: other })
      }
      if (
        !before.numbersDiscoveredAt ||
        factsOf(before) !== factsOf({ ...extension, phoneNumbers: numbers })
      ) {
        recordExtensionChanged(record, extension)
      }
    })
  })

/**
 * High-volume numbers are the company's, and RingCentral may tell several extensions that they can use the same one. It
 * stays with the first whose grant covers it: a number that changed hands every day would take its texts along.
 */
async function withoutTaken(
  tx: Tx,
  { id, tenantId }: Extension,
  numbers: DiscoveredNumber[],
): Promise<DiscoveredNumber[]> {
  const phoneNumbers = numbers.filter(isHighVolume).map(({ phoneNumber }) => phoneNumber)
  if (phoneNumbers.length === 0) return numbers
  const others = await tx.phoneNumber.findMany({
    where: { tenantId, phoneNumber: { in: phoneNumbers }, extensionRowId: { not: id } },
    include: { extension: true },
  })
  const taken = others
    .filter(({ extension }) => extension.status !== 'REVOKED')
    .filter(({ extension }) => coversAbility(extension, 'HIGH_VOLUME_SMS'))
    .map(({ phoneNumber }) => phoneNumber)
  return numbers.filter(({ phoneNumber }) => !taken.includes(phoneNumber))
}

/** Who else may use the high-volume numbers that an extension has just lost: they could not have them before. */
async function heirsOf(
  tx: Tx,
  before: Extension & { phoneNumbers: Pick<DiscoveredNumber, 'phoneNumber' | 'features'>[] },
  numbers: readonly DiscoveredNumber[],
): Promise<string[]> {
  const kept = new Set(numbers.map(({ phoneNumber }) => phoneNumber))
  const lost = before.phoneNumbers.filter((one) => isHighVolume(one) && !kept.has(one.phoneNumber))
  if (lost.length === 0) return []
  const { id, tenantId, rcAccountId } = before
  const others = await tx.extension.findMany({
    where: { tenantId, rcAccountId, id: { not: id }, grant: { isNot: null } },
    orderBy: { id: 'asc' },
  })
  return others.filter((other) => coversAbility(other, 'HIGH_VOLUME_SMS')).map((other) => other.id)
}

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
