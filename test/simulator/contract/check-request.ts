import { parseMultipart } from '../../../simulator/http/multipart.ts'
import type { ObservedExchange } from '../../../simulator/http/observe.ts'
import { type ContractOperation, escapeStep, type Parameter } from './operations.ts'
import { schemas } from './schemas.ts'

/** A request that was let pass must be one that the document describes. */
export function checkRequest(operation: ContractOperation, observed: ObservedExchange): string[] {
  return [
    ...checkQuery(operation, new URL(observed.url).searchParams),
    ...checkBody(operation, observed),
  ]
}

function checkQuery(operation: ContractOperation, query: URLSearchParams): string[] {
  const known = new Map(
    operation.parameters.filter((one) => one.in === 'query').map((one) => [one.name, one]),
  )
  const found: string[] = []
  for (const name of new Set(query.keys())) {
    const parameter = known.get(name)
    if (!parameter) {
      found.push(`query parameter ${name} is not declared`)
      continue
    }
    const value = readParameter(parameter, query.getAll(name))
    const index = operation.parameters.indexOf(parameter)
    const wrong = schemas.open(`${operation.pointer}/parameters/${index}/schema`, value)
    found.push(...wrong.map((what) => `query parameter ${name}: ${what}`))
  }
  for (const { name, required } of known.values()) {
    if (required && !query.has(name)) found.push(`query parameter ${name} is missing`)
  }
  return found
}

function readParameter({ schema }: Parameter, values: string[]): unknown {
  const read = (type: string | undefined, text: string): unknown => {
    if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
    if (type === 'integer' || type === 'number') return /^-?\d+$/.test(text) ? Number(text) : text
    return text
  }
  if (schema.type === 'array') return values.map((one) => read(schema.items?.type, one))
  return values.length === 1 ? read(schema.type, values[0] as string) : values
}

function checkBody(operation: ContractOperation, observed: ObservedExchange): string[] {
  const declared = operation.requestBody?.content
  if (!declared || observed.requestBody === '') return []
  const header = observed.requestHeaders['content-type'] ?? ''
  const type = header.split(';')[0]?.trim().toLowerCase() ?? ''
  if (!(type in declared)) return [`content type ${type || '(none)'} is not declared`]
  const pointer = `${operation.pointer}/requestBody/content/${escapeStep(type)}/schema`
  const wrong = schemas.open(pointer, readBody(type, header, observed.requestBody))
  return wrong.map((what) => `body: ${what}`)
}

function readBody(type: string, header: string, latin1: string): unknown {
  const bytes = Buffer.from(latin1, 'latin1')
  if (type === 'application/x-www-form-urlencoded') return readForm(bytes.toString('utf8'))
  if (!type.startsWith('multipart/')) return JSON.parse(bytes.toString('utf8'))
  const [first, ...rest] = parseMultipart(header, bytes) ?? []
  const fields = JSON.parse(first?.content.toString('utf8') ?? '{}')
  return { ...fields, attachments: rest.map((part) => part.content.toString('latin1')) }
}

function readForm(text: string): unknown {
  const numeric = /^-?\d+$/
  return Object.fromEntries(
    [...new URLSearchParams(text)].map(([name, value]) => [
      name,
      name.endsWith('_ttl') && numeric.test(value) ? Number(value) : value,
    ]),
  )
}
