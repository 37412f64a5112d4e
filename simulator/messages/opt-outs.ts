import type { Clock } from '../clock.ts'

const out = ['STOP', 'UNSUBSCRIBE', 'QUIT', 'CANCEL', 'END']
const backIn = ['START', 'SUBSCRIBE', 'RESUME', 'CONTINUE', 'UNSTOP']

export interface Consent {
  /** The company's number. */
  from: string
  /** The person's. */
  to: string
  optStatus: 'OptOut' | 'OptIn'
  source: 'Recipient' | 'Api' | 'Upstream' | 'Carrier'
  modifiedAt: number
}

/** Who wants no more texts from which number. A pair, not a person: another number may still write. */
export function createOptOuts(clock: Clock) {
  const pairs = new Map<string, Consent>()
  const listeners: ((consent: Consent) => void)[] = []

  const record = (
    from: string,
    to: string,
    optStatus: Consent['optStatus'],
    source: Consent['source'],
  ) => {
    const consent = { from, to, optStatus, source, modifiedAt: clock.now() }
    pairs.set(`${from} ${to}`, consent)
    for (const listener of listeners) listener(consent)
  }

  return {
    record,
    /** An inbound text that is one of the keywords changes what may be sent the other way. */
    hear(person: string, number: string, text: string) {
      const word = text.trim().toUpperCase()
      if (out.includes(word)) record(number, person, 'OptOut', 'Recipient')
      if (backIn.includes(word)) record(number, person, 'OptIn', 'Recipient')
    },
    has: (number: string, person: string) =>
      pairs.size > 0 && pairs.get(`${number} ${person}`)?.optStatus === 'OptOut',
    all: () => [...pairs.values()],
    onChange: (listener: (consent: Consent) => void) => void listeners.push(listener),
  }
}

export type OptOuts = ReturnType<typeof createOptOuts>
