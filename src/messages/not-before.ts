import type { Db } from '../db/client.ts'
import type { Clock } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import type { QuietHours } from '../tenants/quiet-hours.ts'
import { expiryOf } from './accept-message.ts'
import { type MayBeQuiet, quietUntil } from './quiet.ts'

/** Until when a text is put off before it joins those that wait to be sent. `why`: for its timeline. */
export type NotBefore = { until: Date; why?: string }

type Asked = MayBeQuiet & { sendAt: Date | null; validFor: number | null }

/** What a text that is taken now waits for before anything else: its `sendAt`, and the quiet hours of that time. */
export async function notBeforeOf(
  { db, clock }: { db: Db; clock: Clock },
  asked: Asked,
  /** The tenant's quiet hours, for who has read them. */
  known?: QuietHours | null,
): Promise<NotBefore | null> {
  const { sendAt } = asked
  const quiet = await quietUntil(db, { clock }, asked, sendAt ?? clock.now(), known)
  if (quiet) return { until: quiet, why: 'Quiet hours' }
  return sendAt && { until: sendAt, why: 'Waiting for its time' }
}

/** @throws InvalidInputError when it would be EXPIRED before it may leave */
export function requireTimeLeft(
  { until }: NotBefore,
  { sendAt, validFor }: Pick<Asked, 'sendAt' | 'validFor'>,
  now: Date,
): void {
  if (!isOverBy(until, validFor, sendAt ?? now)) return
  throw new InvalidInputError(
    'validFor',
    `Quiet hours hold it back until ${until.toISOString()}, and its \`validFor\` is over by then: it would never be sent. Make that longer, name a later \`sendAt\`, or set \`ignoreQuietHours\`.`,
  )
}

/** Whether a `validFor` that counts from `at` is over when quiet hours end. */
export function isOverBy(quiet: Date, validFor: number | null, at: Date): boolean {
  const expiresAt = expiryOf(validFor, at)
  return expiresAt !== null && expiresAt <= quiet
}
