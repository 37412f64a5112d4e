import { apiError, invalidParameter, notFound } from '../http/errors.ts'
import {
  accountPath,
  answer,
  type Exchange,
  extensionPath,
  noContent,
  readJson,
} from '../http/exchange.ts'
import type { Operation } from '../http/operation.ts'
import { readList } from '../http/query.ts'
import type { MessageTemplate } from '../messages/templates.ts'

type Scope = 'Company' | 'Personal'

const most: Record<Scope, number> = { Company: 50, Personal: 25 }
const longestText = 1000

export const messageTemplateOperations: Operation[] = [
  ...level('Company', `${accountPath}/message-store-templates`, 'EditAccounts'),
  ...level('Personal', `${extensionPath}/message-store-templates`, 'EditExtensions'),
]

function level(scope: Scope, path: string, writes: string): Operation[] {
  const one = `${path}/:templateId`
  const reading = { group: 'Light', scope: 'ReadAccounts' } as const
  const writing = {
    group: 'Medium',
    scope: writes,
    ...(scope === 'Company' && { adminPermission: 'EditCompanyInfo' }),
  } as const
  return [
    { ...reading, method: 'GET', path, handle: (x) => list(x, scope) },
    { ...writing, method: 'POST', path, handle: (x) => create(x, scope) },
    { ...reading, method: 'GET', path: one, handle: (x) => answer(render(find(x, scope), scope)) },
    { ...writing, method: 'PUT', path: one, handle: (x) => update(x, scope) },
    { ...writing, method: 'DELETE', path: one, handle: (x) => remove(x, scope) },
  ]
}

const ownerOf = ({ account, extension }: Exchange, scope: Scope) =>
  scope === 'Company' ? account.id : extension.id

/** An extension's own unless it is asked for the company's. Not in pages. */
function list(x: Exchange, level: Scope): Response {
  const [asked = level] = (readList(x.query, 'scope', ['Company', 'Personal']) ?? []) as Scope[]
  const scope = level === 'Company' ? level : asked
  const records = x.sim.templates.of(ownerOf(x, scope)).map((one) => render(one, scope))
  return answer({ records })
}

async function create(x: Exchange, scope: Scope): Promise<Response> {
  const fields = await readTemplate(x)
  const owner = ownerOf(x, scope)
  if (x.sim.templates.of(owner).length >= most[scope]) {
    throw apiError(403, 'CMN-109', 'The number of templates is exceeded')
  }
  return answer(render(x.sim.templates.add(owner, fields), scope))
}

async function update(x: Exchange, scope: Scope): Promise<Response> {
  const template = find(x, scope)
  return answer(render(Object.assign(template, await readTemplate(x)), scope))
}

function remove(x: Exchange, scope: Scope): Response {
  x.sim.templates.remove(ownerOf(x, scope), find(x, scope).id)
  return noContent(x.c)
}

function find(x: Exchange, scope: Scope): MessageTemplate {
  const found = x.sim.templates.find(ownerOf(x, scope), x.c.req.param('templateId') ?? '')
  if (!found) throw notFound('templateId')
  return found
}

async function readTemplate(x: Exchange): Promise<Omit<MessageTemplate, 'id'>> {
  const { displayName, body } = await readJson(x.c)
  if (typeof displayName !== 'string' || !displayName.trim()) throw invalidParameter('displayName')
  const text = typeof body === 'object' && body !== null && 'text' in body ? body.text : undefined
  if (typeof text !== 'string' || !text || text.length > longestText) {
    throw invalidParameter('body.text')
  }
  return { displayName, text }
}

function render({ id, displayName, text }: MessageTemplate, scope: Scope) {
  const site = { id: 'main-site', name: 'Main Site' }
  return { id, displayName, body: { text }, scope, site }
}
