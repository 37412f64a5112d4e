import { expect, it } from 'vitest'
import {
  fillIn,
  missingIn,
  parseTemplate,
  placeholdersOf,
  renderTemplate,
  requireWellFormed,
} from '../../src/templates/render.ts'

const values = (given: Record<string, string>) => new Map(Object.entries(given))
const render = (text: string, given: Record<string, string> = {}) =>
  renderTemplate(parseTemplate(text), values(given))

it.each<[string, Record<string, string>, string]>([
  ['Hi {{name}}!', { name: 'Ava' }, 'Hi Ava!'],
  ['{{ a }}{{b}} {{a}}', { a: '1', b: '2' }, '12 1'],
  ['Hi {{name|there}}', {}, 'Hi there'],
  ['Hi {{name | }}.', { name: '  ' }, 'Hi .'],
  ['{{größe.x_1-b}}', { 'größe.x_1-b': 'L' }, 'L'],
  // What was filled in is not looked at again, nor are patterns of replacement.
  ['{{a}}', { a: '{{b}} $& $1' }, '{{b}} $& $1'],
  ['{"price": {1}} stays', {}, '{"price": {1}} stays'],
  ['{{{a}}}', { a: '1' }, '{1}'],
  ['{{constructor|x}}', {}, 'x'],
])('%s with %o is %s', (text, given, expected) => {
  expect(render(text, given)).toBe(expected)
})

it('names what is missing and what has no place', () => {
  expect(() => render('{{a}} {{b}} {{c|x}}', { b: ' ', d: '1' })).toThrow(
    expect.objectContaining({
      code: 'TEMPLATE_VALUES_MISMATCH',
      missing: ['a', 'b'],
      unknown: ['d'],
    }),
  )
})

it('refuses what was meant as a placeholder and is none', () => {
  const odd = ['Hi {{name}', 'Hi {{first name}}', '{{}}', 'Hi {name}}', '{{1}}']
  const nested = ['{{a{{b}}}}', '{{a|{{b}}}}', '{{a|{b}}}', '{{{{a}}}}']
  for (const text of [...odd, ...nested, `{{${'n'.repeat(65)}}}`]) {
    expect(() => requireWellFormed(parseTemplate(text)), text).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', field: 'text' }),
    )
  }
})

it('is done with something huge as soon as it is read', () => {
  for (const huge of ['{{a', '{{', '{{a|', '{{a }', '{{ ', '\n']) {
    const text = `{{a${' '.repeat(50_000)}${huge.repeat(20_000)}`
    expect(render(text)).toBe(text)
  }
  expect(render('{{a}}'.repeat(20_000), { a: '$&' })).toBe('$&'.repeat(20_000))
})

it('one parsing serves ten thousand recipients, whose rows may hold more than is needed', () => {
  const template = parseTemplate('Hi {{name|you}}, {{what}} at {{time}}')
  expect(placeholdersOf(template)).toEqual([
    { name: 'name', fallback: 'you' },
    { name: 'what', fallback: null },
    { name: 'time', fallback: null },
  ])
  const row = values({ what: 'haircut', time: '9', column: 'unused' })
  expect(missingIn(template, row)).toEqual([])
  expect(missingIn(template, values({ time: '9' }))).toEqual(['what'])
  expect(fillIn(template, row)).toBe('Hi you, haircut at 9')
})
