import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { describe, expect, it } from 'vitest'
import { InvalidPhoneNumberError } from '../../src/numbers/errors.ts'
import { callingCodeOf, parsePhoneNumber } from '../../src/numbers/parse-phone-number.ts'

describe('a phone number', () => {
  it.each([
    ['+12025550142', '+12025550142'],
    ['+1 (202) 555-0142', '+12025550142'],
    ['  +1.202.555.0142\n', '+12025550142'],
    ['+44 20 7946 0958', '+442079460958'],
    ['+49 (0)30 901820', '+4930901820'],
  ])('%j is read as %s', (given, number) => {
    expect(parsePhoneNumber(given)).toBe(number)
  })

  it.each([
    '',
    '+',
    'hello',
    '2025550142',
    '12025550142',
    '+1202555',
    '+120255501421234',
    '+12025550142 ext. 5',
    '+1202555O142',
    '+999123456789',
  ])('%j is none, and the error says how to write one', (given) => {
    expect(() => parsePhoneNumber(given)).toThrow(InvalidPhoneNumberError)
    expect(() => parsePhoneNumber(given)).toThrow('Write it in E.164')
  })

  it('of North America is what the library says, in every area', () => {
    for (let area = 100; area < 1000; area++) {
      const number = `+1${area}${5_550_142 - area}`
      const parsed = parsePhoneNumberFromString(number)
      const isOne = parsed?.isPossible() && parsed.number === number
      expect(attempt(() => parsePhoneNumber(number))).toBe(isOne ? number : undefined)
      expect(callingCodeOf(number)).toBe(parsed?.countryCallingCode)
    }
  })

  it('that is a novel is quoted in part', () => {
    const refused = () => parsePhoneNumber('9'.repeat(10_000))
    expect(refused).toThrow(InvalidPhoneNumberError)
    try {
      refused()
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(200)
    }
  })
})

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
