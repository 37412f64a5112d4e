import { InvalidInputError } from '../lib/errors.ts'

/** The name of a tenant or of a key, without its spare blanks. @throws InvalidInputError */
export function parseName(name: string): string {
  const trimmed = name.trim()
  if (trimmed.length === 0) throw new InvalidInputError('name', 'The name is empty: give it one.')
  if (trimmed.length > 100) {
    throw new InvalidInputError(
      'name',
      `The name has ${trimmed.length} characters; at most 100 are allowed.`,
    )
  }
  return trimmed
}
