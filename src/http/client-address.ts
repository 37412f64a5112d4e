import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Tells where a request comes from; undefined if its connection is gone already. */
export type AddressOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string | undefined

/**
 * Behind proxies of our own the connection is theirs, and each has written into `X-Forwarded-For` whom it had it from.
 * Only as many entries as there are such proxies are believed, counted from the end: what stands before them
 * anybody may have written.
 */
export function createAddressOf(trustedProxies: number): AddressOf {
  return ({ headers, socket }) => {
    const own = socket.remoteAddress
    if (trustedProxies === 0) return plain(own)
    const told = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',')
    const address = told.at(-trustedProxies)?.trim()
    return plain(address && isIP(address) ? address : own)
  }
}

/**
 * Who is counted together where an address is limited: whoever has one IPv6 address mostly has all 2⁶⁴ that begin
 * with the same four groups. https://www.rfc-editor.org/rfc/rfc6177
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  const [plainly = ''] = address.split('%', 1)
  const { hostname } = URL.parse(`http://[${plainly}]`) ?? {}
  if (hostname === undefined) return address
  const [first, second] = hostname.slice(1, -1).split('::')
  const groupsOf = (part = '') => part.split(':').filter(Boolean)
  const [before, behind] = [groupsOf(first), groupsOf(second)]
  const zeros = Array.from({ length: 8 - before.length - behind.length }, () => '0')
  return [...before, ...zeros, ...behind].slice(0, 4).join(':')
}

/** A dual-stack socket writes IPv4 addresses as `::ffff:192.0.2.1`. */
function plain(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/i, '')
}
