import type { Tx } from '../db/client.ts'
import type { Message, MessageAttempt } from '../db/generated/client/client.ts'
import { after, hours } from '../lib/clock.ts'
import type { MessageRecord } from '../ringcentral/message-record.ts'
import { colleaguesOf, sameColleagues } from './colleagues.ts'
import { findInDoubt, mayBeUnderWay } from './match-sent.ts'
import { typeOf } from './message-type.ts'

/** Farther than any two clocks are apart. */
const widely = hours(1)

/** An outbound record of RingCentral's store that we do not know by its id. */
export type Whose =
  | { whose: 'ours'; message: Message; attempt: MessageAttempt }
  /** A message of ours is being sent, or in doubt: its end will tell. To be looked at again. */
  | { whose: 'open' }
  | { whose: 'elsewhere' }

/**
 * Whose an outbound record is. Ours always win: a record counts as sent elsewhere only when no message of ours can still
 * turn out to be it. An attempt is committed before its request leaves, so whatever RingCentral shows of ours has
 * its attempt in our table; and the questions are in the order in which an attempt's answer moves on, from "under way" to
 * "in doubt", so that it cannot slip through between them.
 */
export async function whoseRecord(
  tx: Tx,
  extensionRowId: string,
  record: MessageRecord,
): Promise<Whose> {
  if (await mayBeUnderWay(tx, extensionRowId, record)) return { whose: 'open' }
  const ours = await findInDoubt(tx, extensionRowId, record)
  if (ours) return { whose: 'ours', ...ours }
  const open = await mayTurnOutOurs(tx, extensionRowId, record)
  return { whose: open ? 'open' : 'elsewhere' }
}

/**
 * Whether anything to the same people has yet to come to its end. Wider than `mayBe` on purpose, whatever the text and
 * the clocks say: a record taken for somebody else's is lost to the message whose answer is just coming in.
 */
async function mayTurnOutOurs(
  tx: Tx,
  extensionRowId: string,
  record: MessageRecord,
): Promise<boolean> {
  const unsettled = await tx.message.findMany({
    where: {
      extensionRowId,
      type: typeOf(record),
      direction: 'OUTBOUND',
      status: 'SENDING',
      attempts: {
        some: {
          OR: [{ outcome: null }, { outcome: 'IN_DOUBT' }],
          startedAt: { lt: after(record.creationTime, widely) },
        },
      },
    },
  })
  return unsettled.some((message) =>
    message.type === 'INTERNAL'
      ? sameColleagues(record.to, colleaguesOf(message))
      : digitsOf(message.to) === digitsOf(record.to.map(({ phoneNumber }) => phoneNumber ?? '')),
  )
}

function digitsOf(numbers: readonly string[]): string {
  return numbers
    .map((number) => number.replace(/\D/g, ''))
    .sort()
    .join()
}
