import type { MiddlewareHandler } from 'hono'
import type { HttpEnv } from './exchange.ts'

/** One request and its answer as they were, before any planned fault garbled them. */
export interface ObservedExchange {
  kind: 'exchange'
  method: string
  url: string
  requestHeaders: Record<string, string>
  requestBody: string
  status: number
  responseHeaders: Record<string, string>
  responseBody: string
}

/** One notification as it is about to be sent. */
export interface ObservedNotification {
  kind: 'notification'
  /** The path of the filter that asked for it. */
  event: string
  body: string
}

export type Observed = ObservedExchange | ObservedNotification

/** Lets somebody look over the simulator's shoulder, such as a test that checks every answer. */
export function observeExchanges(
  observe: (observed: Observed) => void,
): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next()
    const unread = c.req.method === 'GET' || c.env.incoming.readableDidRead === false
    observe({
      kind: 'exchange',
      method: c.req.method,
      url: c.req.url,
      requestHeaders: c.req.header(),
      requestBody: unread ? '' : Buffer.from(await c.req.arrayBuffer()).toString('latin1'),
      status: c.res.status,
      responseHeaders: Object.fromEntries(c.res.headers),
      responseBody: Buffer.from(await c.res.clone().arrayBuffer()).toString('latin1'),
    })
  }
}
