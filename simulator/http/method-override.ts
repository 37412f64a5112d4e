import type { IncomingMessage, Server } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import { invalidParameter } from './errors.ts'
import type { HttpEnv } from './exchange.ts'

const methods = ['GET', 'PUT', 'PATCH', 'DELETE']

/** For clients that can only POST: the method that they mean, in a header or in the query. */
export function overrideMethods(server: Server): void {
  server.prependListener('request', (incoming: IncomingMessage) => {
    if (incoming.method !== 'POST') return
    const [first, ...others] = meantMethods(incoming)
    if (first && others.every((one) => one === first) && methods.includes(first)) {
      incoming.method = first
    }
  })
}

/** Both, and not the same: nobody knows what to do. */
export const refuseContradiction: MiddlewareHandler<HttpEnv> = async (c, next) => {
  if (c.req.method === 'POST' && new Set(meantMethods(c.env.incoming)).size > 1) {
    throw invalidParameter('_method', 'Different methods in header and query')
  }
  return next()
}

function meantMethods({ headers, url = '' }: IncomingMessage): string[] {
  const inHeader = headers['x-http-method-override']?.toString().toUpperCase()
  const at = url.indexOf('_method=')
  const inQuery =
    at === -1
      ? undefined
      : new URL(url, 'http://localhost').searchParams.get('_method')?.toUpperCase()
  return [inHeader, inQuery].filter((one) => one !== undefined)
}
