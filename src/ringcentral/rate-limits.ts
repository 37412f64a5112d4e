/**
 * RingCentral counts requests per user, app and group in a sliding minute. Passing a limit closes
 * the group for the penalty interval, and every request sent meanwhile starts the interval again.
 */
export type RateLimitGroup = 'Light' | 'Medium' | 'Heavy' | 'Auth'

/**
 * The group that each method of this client draws on, so that a scheduler can budget before it
 * calls.
 */
export const operationGroups = {
  'oauth.exchangeCode': 'Auth',
  'oauth.refresh': 'Auth',
  'oauth.revoke': 'Auth',
  'account.getAccount': 'Light',
  'account.getExtension': 'Light',
  'account.updateExtension': 'Medium',
  'phoneNumbers.list': 'Light',
  'phoneNumbers.getSmsConfiguration': 'Light',
  'messages.sendSms': 'Medium',
  'messages.sendMms': 'Medium',
  'messages.getMessage': 'Light',
  'messages.listMessages': 'Light',
  'messages.syncMessages': 'Light',
  'messages.sendInternalMessage': 'Medium',
  'messages.updateMessage': 'Medium',
  'messageTemplates.listCompany': 'Light',
  'messageTemplates.listPersonal': 'Light',
  'highVolume.createBatch': 'Light',
  'highVolume.listMessages': 'Light',
  'consents.search': 'Light',
  'consents.set': 'Light',
  'subscriptions.create': 'Medium',
  'subscriptions.get': 'Light',
  'subscriptions.list': 'Light',
  'subscriptions.renew': 'Light',
  'subscriptions.update': 'Medium',
  'subscriptions.remove': 'Medium',
  'callLog.listExtensionCalls': 'Heavy',
  'callLog.listAccountCalls': 'Heavy',
  'callLog.syncExtensionCalls': 'Heavy',
  'callLog.syncAccountCalls': 'Heavy',
  'callLog.listActiveExtensionCalls': 'Heavy',
  'callLog.listActiveAccountCalls': 'Heavy',
  'ringOut.create': 'Heavy',
  'ringOut.get': 'Light',
  'ringOut.cancel': 'Heavy',
  'telephony.getSession': 'Light',
  'telephony.dropSession': 'Light',
  'telephony.hold': 'Light',
  'telephony.unhold': 'Light',
  'telephony.mute': 'Light',
  'telephony.unmute': 'Light',
  'telephony.transfer': 'Light',
  'presence.get': 'Light',
  'presence.list': 'Heavy',
  'presence.put': 'Medium',
  'directory.listEntries': 'Medium',
  'directory.listExtensions': 'Medium',
  'addressBook.list': 'Heavy',
  'addressBook.sync': 'Heavy',
  'addressBook.create': 'Heavy',
  'addressBook.update': 'Heavy',
  'addressBook.remove': 'Heavy',
  'media.recording': 'Heavy',
  'media.attachment': 'Medium',
} as const satisfies Record<string, RateLimitGroup>

export type Operation = keyof typeof operationGroups

/**
 * RingCentral's published defaults, in requests per 60 s; an app's real limits stand in the headers
 * of each answer.
 */
export const defaultLimits: Record<RateLimitGroup, number> = {
  Light: 50,
  Medium: 40,
  Heavy: 10,
  Auth: 5,
}

/**
 * What RingCentral answered to one request, told to `onResponse` whether or not it was a success.
 */
export interface ResponseReport {
  operation: Operation
  /** As RingCentral named it, else as `operationGroups` knows it. */
  group: string
  limit: number | undefined
  remaining: number | undefined
  windowSeconds: number | undefined
  status: number
  durationMs: number
  requestId: string | undefined
  /** On 429 always present: how long the group stays closed, in milliseconds. */
  retryAfterMs: number | undefined
}

/**
 * What the `X-Rate-Limit-*` headers say; recorded answers lack any of them. Groups come in any
 * case.
 */
export function parseRateLimit(headers: Headers): {
  group?: string
  limit?: number
  remaining?: number
  windowSeconds?: number
} {
  return {
    group: parseGroup(headers.get('x-rate-limit-group')),
    limit: parseCount(headers.get('x-rate-limit-limit')),
    remaining: parseCount(headers.get('x-rate-limit-remaining')),
    windowSeconds: parseCount(headers.get('x-rate-limit-window')),
  }
}

/** `Retry-After` in milliseconds, given in seconds or as an HTTP date. */
export function parseRetryAfter(headers: Headers, now: number = Date.now()): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  if (/^\d{1,9}(\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000)
  const until = Date.parse(value)
  if (Number.isNaN(until)) return undefined
  // Measured against RingCentral's own clock where it tells it, since ours may differ.
  const serverNow = Date.parse(headers.get('date') ?? '')
  return Math.max(0, until - (Number.isNaN(serverNow) ? now : serverNow))
}

/**
 * How long to stay away after a 429. Without `Retry-After`, a closed group (it names itself in the
 * headers, or says `CMN-301`/`CMN-302`) is waited out for the full penalty of 60 s; other 429s for
 * the 30 s of RingCentral's guide.
 */
export function penaltyMs(headers: Headers, code: string | undefined): number {
  const said = parseRetryAfter(headers)
  if (said !== undefined) return said
  const groupClosed = headers.has('x-rate-limit-group') || code === 'CMN-301' || code === 'CMN-302'
  return groupClosed ? 60_000 : 30_000
}

function parseGroup(value: string | null): string | undefined {
  const name = value?.trim().toLowerCase()
  if (!name || !/^[\w-]{1,40}$/.test(name)) return undefined
  return name[0]?.toUpperCase() + name.slice(1)
}

function parseCount(value: string | null): number | undefined {
  return value !== null && /^\s*\d{1,9}\s*$/.test(value) ? Number(value) : undefined
}
