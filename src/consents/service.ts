import type { Db } from '../db/client.ts'
import type { Consent, ConsentStatus } from '../db/generated/client/client.ts'
import type { EventLog } from '../events/event-log.ts'
import type { JobQueue } from '../jobs/queue.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { NumberNotFoundError } from '../numbers/errors.ts'
import { parsePhoneNumber } from '../numbers/parse-phone-number.ts'
import { findNumber } from '../numbers/service.ts'
import { requestTelling } from './mirror.ts'
import type { OnOptOut } from './reconcile.ts'
import { recordConsent } from './record-consent.ts'

declare module '../graphql/context.ts' {
  interface Services {
    consents: Consents
  }
}

export type Consents = ReturnType<typeof createConsents>

export type ConsentInput = {
  /** The tenant's number. */
  number: string
  /** The person's. */
  other: string
  status: ConsentStatus
  note?: string | null | undefined
}

export const maxNoteLength = 500

/** Who wants texts from which of a tenant's numbers. */
export function createConsents({
  db,
  eventLog,
  queue,
  clock,
  onOptOut,
}: {
  db: Db
  eventLog: EventLog
  queue: Pick<JobQueue, 'send'>
  clock: Clock
  onOptOut: OnOptOut
}) {
  return {
    /** What is known of a pair; null if nothing is. @throws InvalidPhoneNumberError */
    async find(
      tenantId: string,
      given: { number: string; other: string },
    ): Promise<Consent | null> {
      const number = parsePhoneNumber(given.number)
      const other = parsePhoneNumber(given.other)
      const tenantId_number_other = { tenantId, number, other }
      return db.consent.findUnique({ where: { tenantId_number_other } })
    },

    /**
     * Sets what somebody said in another way than by a text. Holds from its commit on; RingCentral is told
     * by a job. What stands so already stays.
     *
     * @throws InvalidPhoneNumberError, NumberNotFoundError, InvalidInputError
     */
    async set(tenantId: string, input: ConsentInput): Promise<Consent> {
      const number = parsePhoneNumber(input.number)
      const other = parsePhoneNumber(input.other)
      const note = parseNote(input.note)
      if (!(await findNumber(db, tenantId, number))) throw new NumberNotFoundError(number)
      const { status } = input
      return eventLog.transaction(async (tx, record) => {
        const at = clock.now()
        const news = {
          tenantId,
          number,
          other,
          status,
          source: 'API',
          isOurs: true,
          at,
          note,
        } as const
        const changed = await recordConsent(tx, record, news)
        if (!changed) {
          const tenantId_number_other = { tenantId, number, other }
          return tx.consent.findUniqueOrThrow({ where: { tenantId_number_other } })
        }
        await requestTelling(tx, queue, changed)
        if (status === 'OPTED_OUT') await onOptOut(tx, record, changed)
        return changed
      })
    },
  }
}

function parseNote(given: string | null | undefined): string | null {
  const note = given?.trim() || null
  if (note !== null && (note.length > maxNoteLength || note.includes('\u0000'))) {
    throw new InvalidInputError(
      'note',
      `A note has at most ${maxNoteLength} characters, and none of them is U+0000.`,
    )
  }
  return note
}
