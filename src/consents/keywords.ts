import type { ConsentStatus } from '../db/generated/client/client.ts'

/** RingCentral's own lists: it blocks and unblocks sending by the same words. */
const meanings: Record<ConsentStatus | 'HELP', readonly string[]> = {
  OPTED_OUT: ['STOP', 'UNSUBSCRIBE', 'QUIT', 'CANCEL', 'END'],
  OPTED_IN: ['START', 'SUBSCRIBE', 'RESUME', 'CONTINUE', 'UNSTOP'],
  HELP: ['HELP', 'INFO'],
}

export type Keyword = { word: string; means: ConsentStatus | 'HELP' }

/** What a text asks for, if it is one of the keywords and nothing else. */
export function keywordIn(text: string): Keyword | undefined {
  const word = text.trim().toUpperCase()
  const means = (Object.keys(meanings) as Keyword['means'][]).find((one) =>
    meanings[one].includes(word),
  )
  return means && { word, means }
}

export const optOutWords = meanings.OPTED_OUT
export const optInWords = meanings.OPTED_IN
