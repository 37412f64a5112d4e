import type { Db } from '../db/client.ts'
import { InvalidInputError } from '../lib/errors.ts'
import { TemplateNotFoundError } from './errors.ts'
import { type ParsedTemplate, parseTemplate, renderTemplate, type TemplateValue } from './render.ts'

/**
 * Fills in a template of a tenant, its own or RingCentral's.
 *
 * @throws TemplateNotFoundError, TemplateValuesError, InvalidInputError
 */
export async function renderStored(
  db: Db,
  tenantId: string,
  { templateId, values }: { templateId: string; values: readonly TemplateValue[] },
): Promise<string> {
  return renderTemplate(await storedTemplate(db, tenantId, templateId), asMap(values))
}

/**
 * A template of a tenant, its own or RingCentral's, to be filled in many times.
 *
 * @throws TemplateNotFoundError
 */
export async function storedTemplate(
  db: Db,
  tenantId: string,
  templateId: string,
): Promise<ParsedTemplate> {
  const template = await db.messageTemplate.findUnique({ where: { id: templateId, tenantId } })
  if (!template) throw new TemplateNotFoundError(templateId)
  return parseTemplate(template.text)
}

/** @throws InvalidInputError when a name comes twice */
export function asMap(values: readonly TemplateValue[]): Map<string, string> {
  const map = new Map<string, string>()
  for (const { name, value } of values) {
    if (map.has(name)) {
      throw new InvalidInputError('values', `\`values\` has ${JSON.stringify(name)} twice.`)
    }
    map.set(name, value)
  }
  return map
}
