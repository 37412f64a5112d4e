const out = ['STOP', 'UNSUBSCRIBE', 'QUIT', 'CANCEL', 'END']
const backIn = ['START', 'SUBSCRIBE', 'RESUME', 'CONTINUE', 'UNSTOP']

/** Who wants no more texts from which number. A pair, not a person: another number may still write. */
export function createOptOuts() {
  const pairs = new Set<string>()

  return {
    /** An inbound text that is one of the keywords changes what may be sent the other way. */
    hear(person: string, number: string, text: string) {
      const word = text.trim().toUpperCase()
      if (out.includes(word)) pairs.add(`${number} ${person}`)
      if (backIn.includes(word)) pairs.delete(`${number} ${person}`)
    },
    has: (number: string, person: string) => pairs.has(`${number} ${person}`),
  }
}
