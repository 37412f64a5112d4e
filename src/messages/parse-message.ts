import { after, days } from '../lib/clock.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { InvalidTextError, maxDaysAhead, maxValidFor } from './errors.ts'

/** @throws InvalidTextError, InvalidInputError */
export function parseText(text: string, limit: number): string {
  if (text.trim().length === 0) throw new InvalidTextError(0, limit)
  if (text.length > limit) throw new InvalidTextError(text.length, limit)
  // Postgres cannot store it, and no phone can show it.
  if (text.includes('\u0000')) {
    throw new InvalidInputError('text', 'The text contains the character U+0000: remove it.')
  }
  // Half an emoji, cut off by a program: it would arrive as U+FFFD.
  if (!text.isWellFormed()) {
    throw new InvalidInputError(
      'text',
      'The text contains half a character (a lone surrogate): cut texts between whole characters.',
    )
  }
  return text
}

/** @throws InvalidInputError */
export function parseValidFor(given: number | null | undefined): number | null {
  const validFor = given ?? null
  if (validFor !== null && (validFor < 1 || validFor > maxValidFor)) {
    throw new InvalidInputError(
      'validFor',
      `\`validFor\` is a number of seconds from 1 to ${maxValidFor} (7 days); left out, the message waits as long as it takes.`,
    )
  }
  return validFor
}

/** @throws InvalidInputError */
export function checkSendAt(sendAt: Date | null, now: Date): void {
  if (sendAt === null) return
  if (sendAt <= now) {
    throw new InvalidInputError(
      'sendAt',
      '`sendAt` is over: name a moment to come, or leave it out to send at once.',
    )
  }
  if (sendAt > after(now, days(maxDaysAhead))) {
    throw new InvalidInputError('sendAt', `\`sendAt\` is more than ${maxDaysAhead} days ahead.`)
  }
}
