/** Paths of the API. `~` is the account or extension of the token. */
export function accountPath(rest = ''): string {
  return `/restapi/v1.0/account/~${rest}`
}

export function extensionPath(rest = '', extensionId = '~'): string {
  return `/restapi/v1.0/account/~/extension/${segment(extensionId)}${rest}`
}

export function subscriptionPath(subscriptionId?: string): string {
  return `/restapi/v1.0/subscription${subscriptionId === undefined ? '' : `/${segment(subscriptionId)}`}`
}

/**
 * An id in a path. An empty one would address the whole collection: RingCentral would then delete a
 * whole mailbox.
 */
export function segment(id: string): string {
  // Ids of click-to-call look like Base64.
  if (!/^[\w~.=+-]+$/.test(id) || /^\.+$/.test(id)) throw new TypeError('not an id for a path')
  return id
}
