import { BusinessError } from '../lib/errors.ts'

export class TemplateNotFoundError extends BusinessError {
  override name = 'TemplateNotFoundError'
  readonly code = 'TEMPLATE_NOT_FOUND'
  constructor(templateId: string) {
    super(`There is no template ${templateId}. The query \`messageTemplates\` lists them.`)
  }
}

/** What is given does not fit what the template has places for. */
export class TemplateValuesError extends BusinessError {
  override name = 'TemplateValuesError'
  readonly code = 'TEMPLATE_VALUES_MISMATCH'
  readonly missing: string[]
  readonly unknown: string[]
  constructor(missing: string[], unknown: string[]) {
    const lacks = missing.length > 0 ? `Values are missing for ${quoted(missing)}. ` : ''
    const extra = unknown.length > 0 ? `The template has no place for ${quoted(unknown)}. ` : ''
    super(`${lacks}${extra}Nothing was filled in.`)
    this.missing = missing
    this.unknown = unknown
  }
}

/** RingCentral's own are changed at RingCentral. */
export class TemplateReadOnlyError extends BusinessError {
  override name = 'TemplateReadOnlyError'
  readonly code = 'TEMPLATE_READ_ONLY'
  constructor(templateId: string) {
    super(
      `Template ${templateId} is RingCentral’s: change it there, and it is read again daily. Or make one of your own with \`createMessageTemplate\`.`,
    )
  }
}

export class TemplateNameTakenError extends BusinessError {
  override name = 'TemplateNameTakenError'
  readonly code = 'TEMPLATE_NAME_TAKEN'
  /** The template that has it. */
  readonly templateId: string
  constructor(name: string, templateId: string) {
    super(`Template ${templateId} is called ${JSON.stringify(name)} already: choose another name.`)
    this.templateId = templateId
  }
}

function quoted(names: string[]): string {
  return names.map((name) => `{{${name}}}`).join(', ')
}
