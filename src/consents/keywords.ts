import type { ConsentStatus } from '../db/generated/client/client.ts'

type Meaning = ConsentStatus | 'HELP'

/** RingCentral's own lists: it blocks and unblocks sending by the same words. */
const meanings: Record<Meaning, readonly string[]> = {
  OPTED_OUT: ['STOP', 'UNSUBSCRIBE', 'QUIT', 'CANCEL', 'END'],
  OPTED_IN: ['START', 'SUBSCRIBE', 'RESUME', 'CONTINUE', 'UNSTOP'],
  HELP: ['HELP', 'INFO'],
}

/** What carriers and regulators count as a STOP besides, and RingCentral does not list. */
const alsoOut = ['STOPALL', 'STOP ALL', 'REVOKE', 'OPTOUT', 'OPT OUT']

export type Keyword = {
  word: string
  means: Meaning
  /** RingCentral understands it as well, and acts on it by itself. */
  isListed: boolean
}

/**
 * What a text asks for, if it is one of the keywords and nothing else. Who wants no more is understood
 * whatever stands around the word; who wants them again by RingCentral's word alone, since it lifts
 * nothing for any other.
 */
export function keywordIn(text: string): Keyword | undefined {
  const exact = text.trim().toUpperCase()
  const listed = meaningOf(exact)
  if (listed) return { word: exact, means: listed, isListed: true }
  // As NFKC, letters of other widths are the usual ones; emoji and signs are none.
  const word = exact
    .normalize('NFKC')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  const means = alsoOut.includes(word) ? 'OPTED_OUT' : meaningOf(word)
  return means && means !== 'OPTED_IN' ? { word, means, isListed: false } : undefined
}

function meaningOf(word: string): Meaning | undefined {
  return (Object.keys(meanings) as Meaning[]).find((one) => meanings[one].includes(word))
}

export const optOutWords = [...meanings.OPTED_OUT, ...alsoOut]
export const optInWords = meanings.OPTED_IN
