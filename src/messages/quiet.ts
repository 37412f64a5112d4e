import type { Db, Tx } from '../db/client.ts'
import type { Message } from '../db/generated/client/client.ts'
import { after, type Clock, hours } from '../lib/clock.ts'
import { timeZonesOf } from '../numbers/time-zones.ts'
import { endOfQuiet, isTimeZone, type QuietHours } from '../tenants/quiet-hours.ts'
import { quietHoursOf } from '../tenants/settings.ts'

/** Who has texted so lately is awake, and waits for an answer. */
const answersWithin = hours(1)

export type MayBeQuiet = Pick<
  Message,
  'tenantId' | 'type' | 'from' | 'to' | 'ignoreQuietHours' | 'purpose'
>

/**
 * Until when a text has to wait for the quiet hours of all who get it, if it would leave at `at`; null if it
 * may leave then. A number that may be in several zones is quiet when any of them is. `known`: the quiet hours,
 * for who asks of many texts.
 */
export async function quietUntil(
  db: Db | Tx,
  { clock }: { clock: Clock },
  message: MayBeQuiet,
  at: Date,
  known?: QuietHours | null,
): Promise<Date | null> {
  const { tenantId, type, to, ignoreQuietHours, purpose } = message
  if (type !== 'SMS' || ignoreQuietHours || purpose !== null) return null
  const quietHours = known === undefined ? await quietHoursOf(db, tenantId) : known
  if (!quietHours) return null
  const zones = to.flatMap((number) => {
    const probable = timeZonesOf(number).filter(isTimeZone)
    return probable.length > 0 ? probable : [quietHours.timeZone]
  })
  const until = endOfQuiet(quietHours, [...new Set(zones)], at)
  if (!until || (at <= clock.now() && (await isAnswer(db, message, at)))) return null
  return until
}

/** Whether everybody who gets it has texted this number a moment ago. */
async function isAnswer(db: Db | Tx, { tenantId, from, to }: MayBeQuiet, at: Date) {
  const lately = await db.message.findMany({
    where: {
      tenantId,
      type: 'SMS',
      direction: 'INBOUND',
      from: { in: to },
      to: { has: from },
      createdAt: { gt: after(at, -answersWithin) },
    },
    distinct: ['from'],
    select: { from: true },
  })
  return to.every((other) => lately.some((message) => message.from === other))
}
