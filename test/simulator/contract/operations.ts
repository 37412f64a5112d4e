import { openapi } from './document.ts'

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required?: boolean
  schema: { type?: string; items?: { type?: string } }
}

export interface ContractOperation {
  id: string
  method: string
  /** A JSON pointer to it. */
  pointer: string
  pattern: RegExp
  parameters: Parameter[]
  requestBody?: { content: Record<string, unknown> }
  responses: Record<string, { content?: Record<string, unknown> }>
}

const methods = ['get', 'post', 'put', 'patch', 'delete']

export const contractOperations: ContractOperation[] = Object.entries<Record<string, never>>(
  openapi.paths,
).flatMap(([path, item]) =>
  methods.flatMap((method): ContractOperation[] => {
    const operation = item[method] as unknown as ContractOperation & { operationId: string }
    if (!operation) return []
    const shared = (item.parameters ?? []) as Parameter[]
    return [
      {
        id: operation.operationId,
        method: method.toUpperCase(),
        pointer: `/paths/${escapeStep(path)}/${method}`,
        pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '([^/]+)')}/?$`),
        parameters: [...shared, ...(operation.parameters ?? [])],
        requestBody: operation.requestBody,
        responses: operation.responses,
      },
    ]
  }),
)

export function findOperation(method: string, path: string): ContractOperation | undefined {
  return contractOperations.find((one) => one.method === method && one.pattern.test(path))
}

export function escapeStep(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1')
}
