import { deliveryCodes, type RefusalCode, refusalCodes } from './magic-codes.ts'
import type { MessageStatus } from './message.ts'

/**
 * Recipients with a fate of their own, by the last seven digits of their number: 555, one digit for the
 * family of the code, and the three digits of the code itself. Numbers kept for fiction (555-01xx) are
 * never among them.
 */
export interface MagicNumber {
  /** The last seven digits, and older ones that mean the same. */
  endings: string[]
  meaning: string
  /** Refused by the POST itself. */
  refusal?: RefusalCode
  /** Accepted; the status that it ends with, and why. */
  outcome?: { status: MessageStatus; errorCode?: string }
}

/** Which digit stands for which family. 9 is short for the most used of all of them. */
const familyDigits: Record<string, string> = {
  'SMS-RC': '2',
  'SMS-UP': '3',
  'SMS-CAR': '4',
  CMN: '5',
  MSG: '6',
  OAU: '7',
  AGW: '8',
  BIL: '8',
}

const shortened = new Set([
  ...['SMS-CAR-410', 'SMS-CAR-411', 'SMS-CAR-412', 'SMS-RC-413', 'SMS-UP-414', 'SMS-UP-430'],
  ...['SMS-UP-431', 'SMS-CAR-450', 'SMS-CAR-461', 'SMS-RC-500', 'SMS-CAR-104', 'SMS-CAR-199'],
  ...['MSG-240', 'MSG-242', 'MSG-243', 'MSG-290', 'MSG-305', 'MSG-384', 'MSG-388'],
])

export const magicNumbers: MagicNumber[] = [
  {
    endings: ['5559000'],
    meaning: 'stays `Sent` for ever, as with many carriers',
    outcome: { status: 'Sent' },
  },
  { endings: ['5559001'], meaning: 'stays `Queued` for ever', outcome: { status: 'Queued' } },
  ...deliveryCodes.map(({ code, status, meaning }) => ({
    endings: endingsOf(code),
    meaning,
    outcome: { status, errorCode: code },
  })),
  ...refusalCodes.map((refusal) => ({
    endings: endingsOf(refusal.code),
    meaning: refusal.message,
    refusal,
  })),
]

const byEnding = new Map(magicNumbers.flatMap((one) => one.endings.map((ending) => [ending, one])))

export function fateOf(phoneNumber: string): MagicNumber | undefined {
  return byEnding.get(phoneNumber.slice(-7))
}

export function refusalOf(phoneNumber: string): RefusalCode | undefined {
  return fateOf(phoneNumber)?.refusal
}

function endingsOf(code: string): string[] {
  const [, family = '', number = ''] = /^(.+)-(\d{3})$/.exec(code) ?? []
  const ending = `555${familyDigits[family]}${number}`
  return shortened.has(code) ? [`5559${number}`, ending] : [ending]
}

/** All of them as a table for the README, which a test holds against this. */
export function magicNumberTable(): string {
  const rows = magicNumbers.map(({ endings, meaning, refusal, outcome }) => {
    const numbers = endings.map((ending) => `\`${ending}\``).join(', ')
    const what = refusal
      ? `refused at once: ${refusal.status} \`${refusal.code}\``
      : `accepted, then \`${outcome?.status}\`${outcome?.errorCode ? ` with \`${outcome.errorCode}\`` : ''}`
    return `| ${numbers} | ${what} | ${meaning} |`
  })
  return [
    '| ends in | what happens | RingCentral’s words, or ours |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}
