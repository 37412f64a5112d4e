import { readFileSync } from 'node:fs'

export interface Deviation {
  op: 'add' | 'remove' | 'replace'
  /** A JSON pointer into the OpenAPI document. */
  path: string
  value?: unknown
  reason: string
}

const folder = new URL('../../../simulator/', import.meta.url)

export const deviations: Deviation[] = read('openapi-deviations.json')

/** RingCentral's OpenAPI document, with what we decided otherwise written into it. */
export const openapi = deviate(read('openapi.json'), deviations)

function read(name: string) {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
}

function deviate(document: any, changes: Deviation[]) {
  for (const { op, path, value } of changes) {
    const steps = path
      .slice(1)
      .split('/')
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    const last = steps.pop() as string
    let parent = document
    for (const step of steps) {
      parent = Array.isArray(parent) ? parent[indexOf(parent, step)] : parent[step]
      if (parent === undefined) throw new Error(`Nothing to deviate from at ${path}`)
    }
    if (Array.isArray(parent)) {
      if (op === 'add') parent.push(value)
      else parent.splice(indexOf(parent, last), 1, ...(op === 'replace' ? [value] : []))
    } else if (op === 'remove') {
      if (!(last in parent)) throw new Error(`Nothing to remove at ${path}`)
      delete parent[last]
    } else parent[last] = value
  }
  return document
}

/** Items of lists are named by their `name` or value: an index would move with the next edit. */
function indexOf(list: ({ name?: string } | string)[], step: string): number {
  const index = list.findIndex((item) => item === step || (item as { name?: string }).name === step)
  if (index === -1 && step !== '-') throw new Error(`No item ${step}`)
  return index
}
