import { invalidParameter } from '../http/errors.ts'
import { accountPath, answer, type Exchange, readJson } from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import type { Simulation } from '../simulation.ts'
import type { Extension } from '../world/world.ts'
import { entriesOf, pageOfEntries } from './directory.ts'

export const directorySearchOperations: Operation[] = [
  {
    method: 'POST',
    path: `${accountPath}/directory/entries/search`,
    group: 'Heavy',
    scope: 'ReadAccounts',
    handle: search,
  },
]

type Read = (sim: Simulation, one: Extension) => string[]

const fields: Record<string, Read> = {
  firstName: (_sim, one) => [one.firstName],
  lastName: (_sim, one) => [one.lastName],
  extensionNumber: (_sim, one) => [one.extensionNumber],
  email: (_sim, one) => [one.email],
  jobTitle: (_sim, one) => [one.jobTitle],
  department: (_sim, one) => [one.department ?? ''],
  customFieldValue: () => [],
  phoneNumber: (sim, one) =>
    [...sim.world.numbers.values()]
      .filter(({ extensionId }) => extensionId === one.id)
      .map(({ phoneNumber }) => phoneNumber),
}

async function search(x: Exchange): Promise<Response> {
  const body = await readJson(x.c)
  const wanted = readFields(body.searchFields)
  const needle = String(body.searchString ?? '').toLowerCase()
  const types = readStrings(body.extensionTypes) ?? readStrings(body.extensionType)
  const statuses = readStrings(body.extensionStatuses)
  const ids = readStrings(body.extensionIds)
  const accounts = readStrings(body.accountIds)
  const found = entriesOf(x, body.showFederated !== false)
    .filter((one) => needle === '' || wanted.some((name) => says(x, one, name, needle)))
    .filter((one) => types?.includes(one.type) ?? true)
    .filter((one) => statuses?.includes(one.status) ?? true)
    .filter((one) => ids?.includes(one.id) ?? true)
    .filter((one) => accounts?.includes(one.accountId) ?? true)
  const page = body.page === undefined ? 1 : Number(body.page)
  if (!Number.isInteger(page) || page < 1) throw invalidParameter('page')
  const perPage = body.perPage as string | number | undefined
  return answer(pageOfEntries(x, inOrder(x, found, body.orderBy), perPage, page))
}

function says({ sim }: Exchange, one: Extension, name: string, needle: string): boolean {
  return fields[name]?.(sim, one).some((text) => text.toLowerCase().includes(needle)) ?? false
}

function readFields(value: unknown): string[] {
  const names = readStrings(value) ?? Object.keys(fields)
  if (names.some((name) => !(name in fields))) throw invalidParameter('searchFields')
  return names
}

function readStrings(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined
  const list = [value].flat().map(String)
  return list.length === 0 ? undefined : list
}

function inOrder({ sim }: Exchange, found: Extension[], value: unknown): Extension[] {
  if (!Array.isArray(value)) return found
  const order = [...value].sort((a, b) => Number(a.index ?? 0) - Number(b.index ?? 0))
  return found.sort((a, b) => {
    for (const { fieldName, direction } of order) {
      const read = fields[fieldName]
      if (!read) throw invalidParameter('orderBy.fieldName')
      const difference = (read(sim, a)[0] ?? '').localeCompare(read(sim, b)[0] ?? '')
      if (difference !== 0) return direction === 'Desc' ? -difference : difference
    }
    return 0
  })
}
