import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { LedgerEntry } from '../ledger.ts'
import { summarizeBody } from '../ledger.ts'
import type { Session } from '../oauth/grants.ts'
import type { Simulation } from '../simulation.ts'
import type { Account, Extension } from '../world/world.ts'
import { apiError } from './errors.ts'

export interface HttpEnv {
  Bindings: HttpBindings
  Variables: {
    entry: LedgerEntry
    /** A planned fault: what this request creates comes to light only later. */
    hideForMs: number | undefined
    /** A control path was used through the page, which wants a page back. */
    fromForm: boolean | undefined
  }
}

export type HttpContext = Context<HttpEnv>

/** One API request on its way through: who asks, about whom, and what. */
export interface Exchange {
  sim: Simulation
  c: HttpContext
  me: Extension
  session: Session
  /** What the path speaks of, `~` resolved. */
  account: Account
  extension: Extension
  query: URLSearchParams
}

/** RingCentral's path prefixes: everything hangs under an account, most of it under an extension. */
export const accountPath = '/restapi/v1.0/account/:accountId'
export const extensionPath = `${accountPath}/extension/:extensionId`

const json = { 'content-type': 'application/json;charset=utf-8' }

/** For what every answer carries, whoever makes it. */
export function setHeader(c: HttpContext, name: string, value: string): void {
  c.env.outgoing.setHeader(name, value)
}

/** The query, without parsing an address that is known to be one. */
export function queryOf(c: HttpContext): URLSearchParams {
  const url = c.env.incoming.url ?? ''
  const at = url.indexOf('?')
  return new URLSearchParams(at === -1 ? '' : url.slice(at + 1))
}

export function answer(body: unknown, status = 200): Response {
  // Straight to Node's server: Hono would build a Headers object for each, and most of the time goes there.
  return new Response(JSON.stringify(body), { status, headers: json })
}

export function noContent(c: HttpContext): Response {
  return c.body(null, 204)
}

/** The JSON body; an empty one is an empty object, because official clients send such on every method. */
export async function readJson(c: HttpContext): Promise<Record<string, unknown>> {
  const text = await c.req.text()
  c.get('entry').body = summarizeBody(text)
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw apiError(400, 'CMN-103', 'Cannot parse the request body')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw apiError(400, 'CMN-104', 'The request body must be a JSON object')
  }
  return value as Record<string, unknown>
}

export function addressOf(x: Pick<Exchange, 'account' | 'extension' | 'sim'>, rest = ''): string {
  return `${x.sim.baseUrl}/restapi/v1.0/account/${x.account.id}/extension/${x.extension.id}${rest}`
}
