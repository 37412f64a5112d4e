import { InvalidInputError } from '../lib/errors.ts'
import { TemplateValuesError } from './errors.ts'

/** `{{name}}`: what has to be given, or falls back to what stands after the bar. */
export type Placeholder = { name: string; fallback: string | null }

/** A template taken apart once, to be filled in many times. */
export type ParsedTemplate = { parts: readonly (string | Placeholder)[] }

export type TemplateValue = { name: string; value: string }

const placeholder = /\{\{\s*([\p{L}_][\p{L}\p{N}_.-]{0,63})\s*(?:\|([^{}]*))?\}\}/gu

/** What is no placeholder stays as it is, so that any text can be parsed. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: (string | Placeholder)[] = []
  let end = 0
  for (const match of text.matchAll(placeholder)) {
    const [whole, name = '', fallback] = match
    parts.push(text.slice(end, match.index), { name, fallback: fallback?.trim() ?? null })
    end = match.index + whole.length
  }
  parts.push(text.slice(end))
  return { parts: parts.filter((part) => part !== '') }
}

/** Refuses what was meant as a placeholder and is none: it would be sent as it stands.
 *
 * @throws InvalidInputError
 */
export function requireWellFormed({ parts }: ParsedTemplate): void {
  const odd = parts.find((part) => typeof part === 'string' && /\{\{|\}\}/.test(part))
  if (odd === undefined) return
  const near = /.{0,10}(?:\{\{|\}\}).{0,20}/su.exec(odd as string)?.[0] ?? ''
  throw new InvalidInputError(
    'text',
    `This is no placeholder: ${JSON.stringify(near)}. Write {{name}} or {{name|fallback}}; a name has letters, digits, _ . and -, and begins with a letter.`,
  )
}

/** Each placeholder once, in the order of the text. One that has a fallback somewhere only is needed. */
export function placeholdersOf({ parts }: ParsedTemplate): Placeholder[] {
  const found = new Map<string, Placeholder>()
  for (const part of parts) {
    if (typeof part === 'string') continue
    const known = found.get(part.name)
    if (!known || known.fallback !== null) found.set(part.name, part)
  }
  return [...found.values()]
}

/**
 * Fills in a template. A value of nothing but blanks counts as missing: a text with a hole in it is a
 * mistake.
 *
 * @throws TemplateValuesError naming what is missing, and what the template has no place for
 */
export function renderTemplate(
  template: ParsedTemplate,
  values: ReadonlyMap<string, string>,
): string {
  const placeholders = placeholdersOf(template)
  const missing = missingIn(template, values)
  const names = new Set(placeholders.map(({ name }) => name))
  const unknown = [...values.keys()].filter((name) => !names.has(name))
  if (missing.length > 0 || unknown.length > 0) throw new TemplateValuesError(missing, unknown)
  return fillIn(template, values)
}

/** The placeholders that have neither a value nor a fallback. */
export function missingIn(template: ParsedTemplate, values: ReadonlyMap<string, string>): string[] {
  return placeholdersOf(template)
    .filter(({ name, fallback }) => fallback === null && !given(values, name))
    .map(({ name }) => name)
}

/** Fills in what is given, and leaves out what is missing; values without a place are left aside. */
export function fillIn({ parts }: ParsedTemplate, values: ReadonlyMap<string, string>): string {
  return parts
    .map((part) =>
      typeof part === 'string' ? part : (given(values, part.name) ?? part.fallback ?? ''),
    )
    .join('')
}

function given(values: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = values.get(name)
  return value?.trim() ? value : undefined
}
