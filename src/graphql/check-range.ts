import { topLevelError } from './errors.ts'

/** Refuses a stretch of time that ends before it begins, for which no filter would find anything. */
export function checkRange(
  [fromName, from]: [name: string, moment: Date | null | undefined],
  [beforeName, before]: [name: string, moment: Date | null | undefined],
): void {
  if (!from || !before || from < before) return
  throw topLevelError(
    'BAD_USER_INPUT',
    `\`${fromName}\` (${from.toISOString()}) must be earlier than \`${beforeName}\` (${before.toISOString()}): nothing can lie between.`,
  )
}
