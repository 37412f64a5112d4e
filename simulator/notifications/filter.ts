import { apiError, notFound } from '../http/errors.ts'
import type { Extension, World } from '../world/world.ts'
import { isQueryKnown } from './filter-query.ts'

export type EventKind =
  | 'instant-message'
  | 'mailbox'
  | 'telephony'
  | 'account-telephony'
  | 'presence'
  | 'account-presence'
  | 'extension-list'
  | 'extension-info'
  | 'voicemail'
  | 'reminder'
  | 'a2p-messages'
  | 'a2p-batches'
  | 'a2p-opt-outs'
  | 'consents'

/** An event filter with `~` resolved: what a subscription listens to. */
export interface EventFilter {
  kind: EventKind
  accountId: string
  extensionId?: string
  query: URLSearchParams
  /** The path that notifications carry as `event`. */
  path: string
  scope: string
}

const account = String.raw`/restapi/v1\.0/account/(?<account>~|\d+)`
const extension = `${account}${String.raw`/extension/(?<extension>~|\d+)`}`

const grammar: { kind: EventKind; pattern: RegExp; scope: string }[] = [
  {
    kind: 'instant-message',
    pattern: new RegExp(`^${extension}/message-store/instant$`),
    scope: 'ReadMessages',
  },
  { kind: 'mailbox', pattern: new RegExp(`^${extension}/message-store$`), scope: 'ReadMessages' },
  { kind: 'voicemail', pattern: new RegExp(`^${extension}/voicemail$`), scope: 'ReadMessages' },
  {
    kind: 'telephony',
    pattern: new RegExp(`^${extension}/telephony/sessions$`),
    scope: 'CallControl',
  },
  {
    kind: 'account-telephony',
    pattern: new RegExp(`^${account}/telephony/sessions$`),
    scope: 'CallControl',
  },
  { kind: 'presence', pattern: new RegExp(`^${extension}/presence$`), scope: 'ReadPresence' },
  { kind: 'account-presence', pattern: new RegExp(`^${account}/presence$`), scope: 'ReadAccounts' },
  { kind: 'extension-list', pattern: new RegExp(`^${account}/extension$`), scope: 'ReadAccounts' },
  { kind: 'extension-info', pattern: new RegExp(`^${extension}/?$`), scope: 'ReadAccounts' },
  { kind: 'a2p-messages', pattern: new RegExp(`^${account}/a2p-sms/messages$`), scope: 'A2PSMS' },
  { kind: 'a2p-batches', pattern: new RegExp(`^${account}/a2p-sms/batches$`), scope: 'A2PSMS' },
  { kind: 'a2p-opt-outs', pattern: new RegExp(`^${account}/a2p-sms/opt-outs$`), scope: 'A2PSMS' },
  {
    kind: 'consents',
    pattern: /^\/restapi\/v2\/accounts\/(?<account>~|\d+)\/sms\/consents$/,
    scope: 'SMS',
  },
  {
    kind: 'reminder',
    pattern: /^\/restapi\/v1\.0\/subscription\/~$/,
    scope: 'SubscriptionWebhook',
  },
]

/** Reads one filter for its owner, or throws what RingCentral would answer. */
export function parseFilter(world: World, me: Extension, text: unknown): EventFilter {
  if (typeof text !== 'string') throw invalidFilter(String(text))
  const [path = '', query = ''] = text.split('?', 2)
  for (const { kind, pattern, scope } of grammar) {
    const match = pattern.exec(path)
    if (!match) continue
    const params = new URLSearchParams(query)
    // Without a type there is no such event; RingCentral knows `type=SMS` and nothing else here.
    if (kind === 'instant-message' && params.get('type') !== 'SMS') throw invalidFilter(text)
    if (!isQueryKnown(kind, params)) throw invalidFilter(text)
    const owner = resolve(world, me, kind, match.groups ?? {})
    const resolved = path
      .replace(/\/(accounts?)\/[^/]+/, `/$1/${owner.accountId}`)
      .replace(/\/extension\/[^/]+/, `/extension/${owner.extensionId}`)
    return {
      kind,
      scope,
      ...owner,
      query: params,
      path: query === '' ? resolved : `${resolved}?${query}`,
    }
  }
  throw invalidFilter(text)
}

function resolve(
  world: World,
  me: Extension,
  kind: EventKind,
  named: Record<string, string | undefined>,
) {
  const accountId =
    named.account === undefined || named.account === '~' ? me.accountId : named.account
  if (accountId !== me.accountId)
    throw apiError(403, 'SUB-406', 'Not allowed to subscribe for events of another account')
  if (named.extension === undefined) {
    if (kind.startsWith('account-') && !me.admin) {
      throw apiError(403, 'CMN-408', 'Not allowed to subscribe for events of the account', {
        family: 'InsufficientPermissions',
      })
    }
    return { accountId }
  }
  const extensionId = named.extension === '~' ? me.id : named.extension
  if (world.extensions.get(extensionId)?.accountId !== accountId) throw notFound('extensionId')
  if (extensionId !== me.id && !me.admin) {
    throw kind === 'presence'
      ? apiError(403, 'SUB-402', 'Not allowed to subscribe for presence of another extension')
      : apiError(403, 'SUB-405', 'Not allowed to subscribe for events of another extension')
  }
  return { accountId, extensionId }
}

function invalidFilter(filter: string) {
  return apiError(400, 'SUB-508', `Event filters [${filter}] are not supported`, {
    parameterName: 'eventFilters',
  })
}
