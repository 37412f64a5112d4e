/**
 * What people are found by, and what somebody types to find them, brought to the same form: lower case,
 * without accents, numbers as digits.
 */

/** Lower case, without accents and typographic marks. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll(/[\u2018\u2019\u02BC]/g, "'")
    .toLowerCase()
}

/** All that somebody is found by, each word after a space, so that the beginning of a word can be looked for. */
export function searchTextOf(
  words: readonly (string | null | undefined)[],
  phoneNumbers: readonly string[],
): string {
  const parts = words.flatMap((word) => word?.trim() || [])
  const digits = phoneNumbers.map((number) => number.replace(/\D/g, '')).filter(Boolean)
  const folded = fold([...parts, ...digits].join(' ')).replaceAll('\u0000', '')
  return ` ${folded.replaceAll(/\s+/g, ' ')}`
}

/** The parts of a search, all of which must be found. `(202) 555` is one part: the digits of a number. */
export function searchTerms(search: string): string[] {
  const text = fold(search).trim()
  const digits = digitsOf(text)
  if (digits !== undefined) return [digits]
  return text.split(/\s+/).filter((term) => /[\p{L}\p{N}@]/u.test(term))
}

/** The digits, when it is written like a number; without the zeros before a national or foreign one. */
function digitsOf(text: string): string | undefined {
  if (!/^[+()\d\s./-]+$/.test(text)) return undefined
  const digits = text.replace(/\D/g, '')
  if (!digits) return undefined
  return digits.length > 6 ? digits.replace(/^0+/, '') : digits
}

/** Short terms are found at the beginning of a word, longer ones anywhere; as a pattern of LIKE, for the trigram index. */
export function patternOf(term: string): string {
  const escaped = term.replace(/[\\%_]/g, '\\$&')
  return term.length < 3 ? `% ${escaped}%` : `%${escaped}%`
}
