// Newer than TypeScript's own library: writes digits into JSON as they are.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object }

/**
 * A number of any length, written digit by digit. RingCentral's `conversationId` needs all 64 bits, and
 * a simulator that rounded it would hide the very mistake that clients make.
 */
export function digits(id: string): object {
  if (!/^\d+$/.test(id)) throw new Error(`Not a number: ${id}`)
  return rawJSON(id)
}

export function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
