import { setTimeout as sleep } from 'node:timers/promises'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { MiddlewareHandler } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { apiError, rateExceeded } from '../http/errors.ts'
import { answer, type HttpContext, type HttpEnv, setHeader } from '../http/exchange.ts'
import type { Simulation } from '../simulation.ts'
import type { RequestFault } from './plan.ts'

/** Stands in front of RingCentral's paths and lets planned faults happen to requests. */
export function injectFaults(sim: Simulation): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const fault = sim.faults.forRequest(c.req.method, c.req.path)
    if (!fault) return next()
    c.get('entry').note = fault.kind

    switch (fault.kind) {
      case 'delay':
        await sim.clock.sleep(fault.ms)
        return next()
      case 'hang':
        return hang(c)
      case 'reset':
        return reset(c)
      case 'status':
        return failing(c, fault)
      case 'rate-limit':
        return limited(c, fault)
      case 'hide':
        c.set('hideForMs', fault.ms)
        return next()
      case 'accept-then-status':
        await next()
        c.res = undefined
        c.res = failing(c, fault)
        return
      case 'accept-then-reset':
        await next()
        if (fault.afterBytes) await write(c, fault.afterBytes)
        c.res = reset(c)
        return
      case 'accept-then-hang':
        await next()
        c.res = await hang(c)
    }
  }
}

/** Waits until the caller gives up, or the simulator closes the connection under it. */
async function hang(c: HttpContext): Promise<Response> {
  const { socket } = c.env.incoming
  if (!socket.destroyed) await new Promise((resolve) => socket.once('close', resolve))
  return RESPONSE_ALREADY_SENT
}

function reset(c: HttpContext): Response {
  c.env.incoming.socket.resetAndDestroy()
  return RESPONSE_ALREADY_SENT
}

/** Lets the caller have the beginning of the answer, as it would stand on the wire. */
async function write(c: HttpContext, bytes: number): Promise<void> {
  const body = Buffer.from(await c.res.arrayBuffer())
  const headers = [...c.res.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const head = `HTTP/1.1 ${c.res.status} OK\r\n${headers}content-length: ${body.length}\r\n\r\n`
  const { socket } = c.env.incoming
  socket.write(Buffer.concat([Buffer.from(head), body]).subarray(0, bytes))
  // Real time, and enough of it: a reset right behind them would take the bytes along.
  await sleep(50)
}

function failing(c: HttpContext, fault: Extract<RequestFault, { status: number }>): Response {
  const { status } = fault
  if (typeof fault.body === 'string') {
    return c.body(fault.body, status as ContentfulStatusCode, { 'content-type': 'text/plain' })
  }
  return answer(fault.body ?? usualBody(status, c.req.path), status)
}

function limited(c: HttpContext, fault: Extract<RequestFault, { kind: 'rate-limit' }>): Response {
  const error = rateExceeded(fault.retryAfter ?? 60)
  for (const [name, value] of Object.entries(error.headers)) {
    // `null` plans the 429 that RingCentral sometimes sends without saying how long.
    if (name !== 'retry-after' || fault.retryAfter !== null) setHeader(c, name, value)
  }
  return answer(error.body, 429)
}

function usualBody(status: number, path: string): unknown {
  if (path.startsWith('/restapi/oauth/') && status >= 500) {
    return { error: 'service_unavailable', error_description: 'Service is temporary unavailable' }
  }
  if (status === 503) return apiError(503, 'CMN-211', 'Service is temporary unavailable').body
  if (status >= 500) return apiError(status, 'CMN-201', 'Service Temporary Unavailable').body
  return apiError(status, 'CMN-101', 'The request was refused by a planned fault').body
}
