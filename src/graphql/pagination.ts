import { topLevelError } from './errors.ts'

/** How many lines a page has when nobody says, and at most. */
export const pageSize = { defaultSize: 20, maxSize: 100 } as const

type PageArgs = { first?: number | null; last?: number | null }

/** Refuses a page size that would otherwise be cut in silence. */
export function checkPage({ first, last }: PageArgs): void {
  for (const [name, value] of Object.entries({ first, last })) {
    if (value != null && (value < 1 || value > pageSize.maxSize)) {
      throw topLevelError(
        'BAD_USER_INPUT',
        `\`${name}\` must be from 1 to ${pageSize.maxSize}; got ${value}. Ask for the next page with \`after\`.`,
      )
    }
  }
  if (first != null && last != null) {
    throw topLevelError('BAD_USER_INPUT', 'Give `first` or `last`, not both.')
  }
}
