import { split } from 'split-sms'
import { validateCharacter } from 'split-sms/lib/gsmvalidator.js'

export type SmsEncoding = 'GSM_7' | 'UCS_2'

/** A character that the GSM alphabet has not, and where it stands, in UTF-16 code units. */
export type ForeignCharacter = { character: string; position: number }

export type Segments = {
  encoding: SmsEncoding
  segmentCount: number
  /** How many more characters of its encoding the last segment takes. */
  charactersLeft: number
  /** The characters that made it UCS-2. */
  ucs2Characters: ForeignCharacter[]
}

/** How a text travels, and so what it costs: carriers count segments. */
export function segmentsOf(text: string): Segments {
  const { characterSet, parts, remainingInPart } = split(text, { summary: true })
  return {
    encoding: characterSet === 'GSM' ? 'GSM_7' : 'UCS_2',
    segmentCount: parts.length,
    charactersLeft: remainingInPart,
    ucs2Characters: charactersBeyondGsm(text),
  }
}

function charactersBeyondGsm(text: string): ForeignCharacter[] {
  const found: ForeignCharacter[] = []
  let position = 0
  for (const character of text) {
    if (!validateCharacter(character)) found.push({ character, position })
    position += character.length
  }
  return found
}
