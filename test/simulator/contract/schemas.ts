import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { openapi } from './document.ts'

/** Requests may carry more than the document knows; RingCentral ignores it. */
const open = compilerFor(openapi)

/** Answers are ours: a member that the document does not know is a mistake. */
const closed = compilerFor(close(structuredClone(openapi)))

export const schemas = { open, closed }
export type Strictness = keyof typeof schemas

function compilerFor(document: object) {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true })
  // The one is declared as a CommonJS module in a way that NodeNext takes for a namespace.
  ;(addFormats as unknown as (target: Ajv) => void)(ajv)
  ajv.addSchema(document, 'openapi')
  const compiled = new Map<string, ValidateFunction>()

  /** What is wrong with the value, by the schema at this JSON pointer. */
  return (pointer: string, value: unknown): string[] => {
    let validate = compiled.get(pointer)
    if (!validate) {
      validate = ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` })
      compiled.set(pointer, validate)
    }
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const facts = JSON.stringify(params)
      return `${instancePath || '(all of it)'} ${message} ${facts}`
    })
  }
}

function close(node: any): any {
  if (Array.isArray(node)) node.forEach(close)
  else if (typeof node === 'object' && node !== null) {
    for (const value of Object.values(node)) close(value)
    const plain = node.type === 'object' && node.properties && !node.allOf
    if (plain && node.additionalProperties === undefined) node.additionalProperties = false
  }
  return node
}
