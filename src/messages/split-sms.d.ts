declare module 'split-sms' {
  export type SplitMessage = {
    characterSet: 'GSM' | 'Unicode'
    parts: { length: number; bytes: number }[]
    /** Characters of the text's encoding that fit into the last part. */
    remainingInPart: number
  }
  export function split(message: string, options?: { summary?: boolean }): SplitMessage
}

declare module 'split-sms/lib/gsmvalidator.js' {
  /** Whether the first UTF-16 code unit of a string is in the GSM alphabet or its extension. */
  export function validateCharacter(character: string): boolean
}
