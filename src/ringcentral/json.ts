/**
 * JSON without loss: `conversationId` is a 64-bit number, and JSON.parse would round it. Integers
 * that a JavaScript number cannot hold come out as strings of their digits. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  // The reviver sees every value; most answers have no long number and need none.
  return /\d{16}/.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
}

// TypeScript does not know the third parameter yet.
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  const lost = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  return lost && context?.source ? context.source : value
}
