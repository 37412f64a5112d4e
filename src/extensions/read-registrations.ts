import type { Db } from '../db/client.ts'
import { implementJob } from '../jobs/define-job.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { needsCampaign } from '../numbers/registration.ts'
import { RingCentralRefusedError } from '../ringcentral/errors.ts'
import type { ExtensionAccess } from './access.ts'
import { NotConnectedError } from './errors.ts'
import { readRegistrationsJob } from './jobs.ts'

/** The rest of the Light calls stays with syncs and what people wait for. */
const share = 0.5

/**
 * Reads under which campaign each number of an extension texts: after every discovery, so at least
 * daily. One call a number, so it may have to wait for its budget and then goes on where it was.
 */
export const readRegistrations = ({
  db,
  access,
  clock,
  logger,
}: {
  db: Db
  access: ExtensionAccess
  clock: Clock
  logger: Logger
}) =>
  implementJob(readRegistrationsJob, async ({ extensionRowId }) => {
    const numbers = await db.phoneNumber.findMany({
      where: { extensionRowId },
      orderBy: { phoneNumber: 'asc' },
    })
    const unread = numbers.filter(
      (number) =>
        needsCampaign(number) &&
        !(number.registrationReadAt && number.registrationReadAt >= number.discoveredAt),
    )
    for (const { id, phoneNumber, rcNumberId } of unread) {
      try {
        const { campaign } = await access.call(
          extensionRowId,
          ({ phoneNumbers }) => phoneNumbers.getSmsConfiguration(rcNumberId),
          { share },
        )
        await db.phoneNumber.updateMany({
          where: { id, extensionRowId },
          data: {
            registrationReadAt: clock.now(),
            campaignId: campaign?.id ?? null,
            campaignStatus: campaign?.status ?? null,
            campaignTier: campaign?.registrationTier ?? null,
            campaignUseCases: campaign?.useCases ?? [],
          },
        })
      } catch (error) {
        if (error instanceof NotConnectedError) return
        // What was known stays; where nothing was, nothing is claimed.
        if (!(error instanceof RingCentralRefusedError)) throw error
        logger.warn({ err: error, phoneNumber }, 'The campaign of a number could not be read')
      }
    }
  })
