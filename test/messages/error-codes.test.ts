import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { type MagicNumber, magicNumbers } from '../../simulator/messages/magic-numbers.ts'
import { allMessageErrors, messageErrors } from '../../src/messages/error-codes.ts'
import {
  rcCodesOf,
  type SmsErrorCode,
  smsErrorFamilies,
} from '../../src/ringcentral/sms-error-families.ts'
import { type Gateway, startGateway, type TestTenant } from '../support/gateway.ts'
import { send } from '../support/texts.ts'

let gateway: Gateway
let acme: TestTenant

beforeAll(async () => {
  // Who is told to come back later does so seldom: there are many of them here.
  gateway = await startGateway({ shared: true, app: { restMs: 5_000 } })
  acme = await gateway.createTenant()
  return gateway.stop
})

const withCodes = magicNumbers.filter(({ refusal, outcome }) => refusal ?? outcome?.errorCode)
const codeOf = ({ refusal, outcome }: MagicNumber) => refusal?.code ?? outcome?.errorCode ?? ''
/** What RingCentral refuses for now keeps the lane of its extension waiting. */
const holdsUp = ({ refusal }: MagicNumber) => [401, 429, 503].includes(refusal?.status ?? 0)

const error = 'error { code rcCode cause remedy retryable }'
const sentence = expect.stringMatching(/^[A-Z].{10,}[.!]$/s)

async function textTo(magic: MagicNumber, from: string): Promise<[code: string, id: string]> {
  const to = [`+1415${magic.endings.at(-1)}`]
  return [codeOf(magic), (await send(acme, { from, to, text: `Fate ${codeOf(magic)}` })).id]
}

/** Somebody new, whose lane may stay as it is. */
async function connectAnother(index: number): Promise<string> {
  const phoneNumber = `+120255502${String(index).padStart(2, '0')}`
  const { id: extensionId } = gateway.simulator.addExtension({
    firstName: 'Colleague',
    lastName: String(index),
    phoneNumbers: [phoneNumber],
  })
  await acme.connect({ extensionId, number: phoneNumber })
  return phoneNumber
}

describe('every code of RingCentral’s that the simulator knows', () => {
  const messageIds = new Map<string, string>()

  it('shows in a message, with what a program decides on, cause and remedy', async () => {
    const waiting = withCodes.filter(holdsUp)
    const others = withCodes.filter((magic) => !holdsUp(magic))
    // A lane each for what holds it up; the others' stay within the 40 texts of a minute.
    const lanes = [
      ...waiting.map((magic) => [magic]),
      ...Object.values(Object.groupBy(others, (magic) => others.indexOf(magic) % 4)),
    ]
    const texts: [code: string, id: string][] = []
    await Promise.all(
      lanes.map(async (magics = [], index) => {
        const from = await connectAnother(index)
        for (const magic of magics) texts.push(await textTo(magic, from))
      }),
    )
    for (const [rcCode, id] of texts) {
      messageIds.set(rcCode, id)
      const found = await acme.waitFor(
        `{ message(id: "${id}") { text status ${error} } }`,
        ({ message }) => message.error?.rcCode === rcCode && message.error,
      )
      expect(found).toMatchObject({ cause: sentence, remedy: sentence })
      expect(found.code, rcCode).not.toBe('UNKNOWN')
    }
  }, 240_000)

  it('tells the truth about `retryable`, by what became of the message', async () => {
    const of = async (rcCode: string) => {
      const document = `query ($id: ID!) { message(id: $id) { status errorCode ${error} } }`
      return (await acme.query(document, { id: messageIds.get(rcCode) })).message
    }
    // A day later the campaign's limit is open again; an unregistered number stays so.
    expect(await of('SMS-CAR-451')).toMatchObject({
      status: 'DELIVERY_FAILED',
      error: { code: 'VOLUME_EXCEEDED', retryable: true },
    })
    expect(await of('SMS-UP-414')).toMatchObject({
      error: { code: 'SENDER_NOT_REGISTERED', retryable: false },
    })
    // Tried again by itself: one more would be two.
    expect(await of('CMN-301')).toMatchObject({
      status: 'SENDING',
      errorCode: null,
      error: { code: 'RATE_EXCEEDED', retryable: false },
    })
    // It may have been sent.
    expect(await of('CMN-201')).toMatchObject({
      status: 'UNCONFIRMED',
      error: { code: 'UNCONFIRMED', retryable: false },
    })
    // No failure at all.
    expect(await of('SMS-CAR-104')).toMatchObject({
      status: 'SENT',
      errorCode: null,
      error: { code: 'NOT_REPORTED', retryable: false },
    })
  })

  it('is worth another try exactly where it passes by itself, and nothing can have arrived', async () => {
    const worthIt: string[] = []
    for (const [rcCode, id] of messageIds) {
      const { message } = await acme.query(`{ message(id: "${id}") { ${error} } }`)
      if (message.error.retryable) worthIt.push(rcCode)
    }
    // RingCentral's words for transient, and for volumes; what it refuses for now is tried again by itself.
    expect(worthIt.sort()).toEqual([
      'MSG-384',
      ...['SMS-CAR-410', 'SMS-CAR-431', 'SMS-CAR-450', 'SMS-CAR-451', 'SMS-CAR-452', 'SMS-CAR-500'],
      ...['SMS-RC-403', 'SMS-RC-500', 'SMS-UP-500'],
    ])
  })

  it('is known, belongs to one meaning, and none is invented', () => {
    const families = Object.keys(smsErrorFamilies) as SmsErrorCode[]
    const known = families.flatMap(rcCodesOf)
    expect(new Set(known).size).toBe(known.length)
    expect(known.toSorted()).toEqual(withCodes.map(codeOf).sort())
  })
})

it('docs/errors.md has the same list', async () => {
  const rows = allMessageErrors.map((code) => {
    const { cause, remedy, retryable } = messageErrors[code]
    const rcCodes = code in smsErrorFamilies ? rcCodesOf(code as SmsErrorCode) : []
    const quoted = rcCodes.map((rcCode) => `\`${rcCode}\``).join(', ')
    return `| \`${code}\` | ${quoted} | ${cause} | ${remedy} | ${retryable ? 'yes' : 'no'} |`
  })
  const [, table = ''] = (await readFile('docs/errors.md', 'utf8')).split(
    '| `error.code` | RingCentral’s codes | cause | remedy | retryable |\n| --- | --- | --- | --- | --- |\n',
  )
  expect(table.split('\n\n')[0]?.split('\n')).toEqual(rows)
})
